"""What looks like a number of somebody, whoever that is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from stdnum import luhn
from stdnum.cn import ric

from .persona import BANK_CARD, EMAIL, ID_NUMBER, MOBILE, USCC, shaped

_ALONE: Final = r"(?<![0-9A-Za-z*]){}(?![0-9A-Za-z*])"

KINDS: Final[Mapping[str, str]] = {
    "e_mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "id_number": _ALONE.format(
        r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
    ),
    "masked_id_number": _ALONE.format(r"\d{1,6}\*{6,}\d{0,4}[\dXx]?"),
    "mobile": _ALONE.format(r"(?:\+?86)?1[3-9]\d{9}"),
    "masked_mobile": _ALONE.format(r"1\d\d\*{4}\d{4}"),
    "social_security_number": _ALONE.format(r"\d{3}-\d\d-\d{4}"),
    "bank_card": _ALONE.format(r"\d{15,19}"),
}
"""Patterns by kind; the first that holds says what it is."""

CALLED: Final[Mapping[str, str]] = {
    "e_mail": "an e-mail address",
    "id_number": "an id number",
    "masked_id_number": "a masked id number",
    "mobile": "a mobile number",
    "masked_mobile": "a masked mobile number",
    "social_security_number": "a social security number",
    "bank_card": "a bank card",
}

_OURS: Final = frozenset({ID_NUMBER, MOBILE, BANK_CARD, EMAIL, USCC})


@dataclass(slots=True)
class Strangers:
    """Gives each number that is not the subject's another one: the same each time."""

    met: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def stand_in(self, kind: str, text: str) -> str:
        """Give the same text back where it is nobody's."""
        if text in _OURS or (kind == "bank_card" and not luhn.is_valid(text)):
            return text
        known = self.met.get((kind, text.upper()))
        if known is None:
            index = 2 + sum(one == kind for one, _ in self.met)
            known = self.met[kind, text.upper()] = _made(kind, text, index)
        return known


def _made(kind: str, text: str, index: int) -> str:
    match kind:
        case "e_mail":
            return f"test{index}@example.com"
        case "id_number":
            number = f"11010519491231{index + 1:03d}"  # 002 is the subject's
            return number + str(ric.calc_check_digit(f"{number}0"))
        case "mobile":
            return f"1990000{index:04d}"
        case "bank_card":
            number = f"62{index:0{len(text) - 3}d}"
            return number + str(luhn.calc_check_digit(number))
    return re.sub(r"[0-9A-Za-z]+", lambda found: shaped(found[0]), text)
