"""
Ranges that bureaus write as text.

    range   = open [number] "," [number] close | number mark number
            | sign number | number after
    open    = "(" | "["             close = ")" | "]"
    mark    = "-" | "~" | "至"       (of numbers without a sign)
    sign    = ">=" | ">" | "≥" | "<=" | "<" | "≤"
    after   = "+" | "以上" | "以下"
    number  = ["-" | "+"] digits ["." digits]

Spaces may stand between the parts. Between brackets ``∞``, with or without a
sign, stands for an end that is open. The ends are taken as they are written:
whether the range holds them is not kept. A number alone is no range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal

from ...faults import ConfigError
from ...template.scalar import canonical
from ..gap import INVALID, NULL, UNMAPPED, Gap
from .functions import WIDE
from .scalars import Reader

Ends = tuple[Decimal | None, Decimal | None]
"""Lowest and highest; None for an end that is open."""

Bound = Literal["low", "high", "middle"]

_PLAIN = r"[0-9]{1,40}(?:\.[0-9]{1,40})?"
_SIGNED = rf"[+-]?{_PLAIN}"
_END = rf"\s*({_SIGNED}|[+-]?∞)?\s*"
_BRACKETS: Final = re.compile(rf"[(\[]{_END},{_END}[)\]]")
_MARKED: Final = re.compile(rf"({_PLAIN})\s*[-~至]\s*({_PLAIN})")
_SIGN: Final = re.compile(rf"(>=|>|≥|<=|<|≤)\s*({_SIGNED})")
_AFTER: Final = re.compile(rf"({_PLAIN})\s*(\+|以上|以下)")


def ends_of(text: str) -> Ends | None:
    """Read a range; None for what is none."""
    text = text.strip()
    if found := _BRACKETS.fullmatch(text) or _MARKED.fullmatch(text):
        ends = _end(found[1]), _end(found[2])
        upside_down = ends[0] is not None and ends[1] is not None and ends[0] > ends[1]
        return None if upside_down or ends == (None, None) else ends
    if found := _SIGN.fullmatch(text):
        number = Decimal(found[2])
        return (number, None) if found[1] in {">=", ">", "≥"} else (None, number)
    if found := _AFTER.fullmatch(text):
        number = Decimal(found[1])
        return (None, number) if found[2] == "以下" else (number, None)
    return None


def ranges(
    table: Mapping[str, str] | None, unmapped: str, write: Callable[[Ends], object]
) -> Reader:
    """Read ranges, or codes that a table has the ranges of. Raises `ConfigError`."""
    known = None if table is None else {code: _known(code, text) for code, text in table.items()}

    def read(raw: object) -> object:
        text = None if isinstance(raw, bool) else canonical(raw)
        if text is None:
            return INVALID
        if known is not None:
            ends = known.get(text)
            return UNMAPPED[unmapped] if ends is None else write(ends)
        ends = ends_of(text)
        return INVALID if ends is None else write(ends)

    return read


def one_end(bound: Bound, reader: Reader) -> Callable[[Ends], object]:
    """Take one number of a range; of an end that is open there is none."""

    def write(ends: Ends) -> object:
        low, high = ends
        if bound != "middle":
            number = low if bound == "low" else high
            return NULL if number is None else reader(number)
        if low is None or high is None:
            return NULL
        return reader(WIDE.divide(WIDE.add(low, high), Decimal(2)))

    return write


def both_ends(reader: Reader) -> Callable[[Ends], object]:
    """Write the ends that are there into a message that has `low` and `high`."""

    def write(ends: Ends) -> object:
        parts: dict[str, object] = {}
        for name, number in zip(("low", "high"), ends, strict=True):
            if number is None:
                continue
            value = reader(number)
            if isinstance(value, Gap):
                return value
            parts[name] = value
        return parts

    return write


def _end(text: str | None) -> Decimal | None:
    return None if text is None or text.endswith("∞") else Decimal(text)


def _known(code: str, text: str) -> Ends:
    ends = ends_of(text)
    if ends is None:
        raise ConfigError("is no range, such as [0,1000] or >=5000", ("map", code))
    return ends
