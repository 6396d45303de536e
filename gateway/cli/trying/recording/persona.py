"""A made-up person in the place of a real one: what stands for which value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from connectors.contract import Query, Values
from connectors.template.scalar import canonical

ID_NUMBER, MOBILE, BANK_CARD = "11010519491231002X", "19900000001", "6200000000000005"
EMAIL, USCC = "test@example.com", "91350100M000100Y43"
BORN: Final = date(1949, 12, 31)
"""As the number says; GB 11643 has it as its example."""
_TWELFTH: Final = date(1949, 12, 12)
"""For whom day and month are the same number: written without a separator, they look alike."""

_KEPT: Final = frozenset(
    {
        *("id_type", "sex", "nationality", "bank_card_type", "address.country"),
        *("employer.organisation_type", "loan_product", "channel"),
    }
)
"""Words of a short list, on which a mapping may hang, and which tell of nobody."""

_STANDS: Final[Mapping[str, str]] = {
    "customer_id": "customer-1",
    "name": "测试甲",
    "given_name": "甲",
    "family_name": "测试",
    "second_family_name": "二",
    "email": EMAIL,
    "region_code": ID_NUMBER[:6],
    "employer.name": "测试公司",
    "employer.uscc": USCC,
    "ip": "192.0.2.1",
}
_CHINESE_ID: Final = re.compile(r"\d{17}[\dXx]")
_CHINESE_MOBILE: Final = re.compile(r"(?P<country>(?:\+?86)?)1[3-9]\d{9}")
_LABEL: Final = re.compile(r"[A-Z][A-Z_]+")
"""A word of a list of ours."""
_CJK: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN_NAME: Final = {"name": "Test Person", "given_name": "Test", "family_name": "Person"}


@dataclass(frozen=True, slots=True)
class Double:
    """One value of a person, and what stands for it."""

    path: str
    real: object = field(repr=False)
    stands: object


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who is nobody."""

    doubles: tuple[Double, ...]

    @classmethod
    def of(cls, query: Query) -> Persona:
        roots: Mapping[str, Values] = {
            "subject": query.subject,
            "application": query.application,
            "device": query.device,
            "user_info": query.user_info,
            "inquiry": {
                name: value for name, value in query.inquiry.items() if name.startswith("inputs.")
            },
        }
        return cls(
            tuple(
                Double(f"{root}.{path}", value, _stand_in(path, value))
                for root, values in roots.items()
                for path, value in values.items()
            )
        )

    def trees(self) -> dict[str, object]:
        """Write the person down as a test does, by root."""
        found: dict[str, object] = {}
        for double in self.doubles:
            *above, last = double.path.split(".")
            inside = found
            for name in above:
                inside = inside.setdefault(name, {})  # type: ignore[assignment]  # only we write
            inside[last] = _written(double.stands)
        return found

    def hidden(self) -> Iterator[Double]:
        """Give what must not be seen: all but words of short lists, and numbers of ours."""
        for double in self.doubles:
            if isinstance(double.real, str | date) and double.real != double.stands:
                yield double


def _stand_in(path: str, value: object) -> object:
    """Make up a value of the same kind; what is no text, date or file tells of nobody."""
    if isinstance(value, bytes):
        return b"a file of the test"
    if isinstance(value, date):
        return _TWELFTH if value.day == value.month else BORN
    if not isinstance(value, str) or path in _KEPT or _LABEL.fullmatch(value):
        return value
    if path in _LATIN_NAME and not _CJK.search(value):
        return _LATIN_NAME[path]
    return _number(path, value) or _STANDS.get(path) or shaped(value)


def _number(path: str, value: str) -> str:
    match path:
        case "id_number" if _CHINESE_ID.fullmatch(value):
            return ID_NUMBER
        case "mobile" if found := _CHINESE_MOBILE.fullmatch(value):
            return found["country"] + MOBILE
        case "bank_card":
            return BANK_CARD
    return ""


def shaped(text: str) -> str:
    """Keep the shape of a text, and nothing of what it says."""
    return "".join(_as(index, letter) for index, letter in enumerate(text))


def _as(index: int, letter: str) -> str:
    if letter.isdigit():
        return str((index + 1) % 10)
    if _CJK.match(letter):
        return "测"
    return ("X" if letter.isupper() else "x") if letter.isalpha() else letter


def _written(value: object) -> object:
    if isinstance(value, bytes):
        return {"text": value.decode()}
    return value.isoformat() if isinstance(value, date) else value


def texts(value: object) -> tuple[str, ...]:
    """Give the ways in which bureaus write a value; of a person's and its double's alike."""
    if isinstance(value, date):
        forms = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d%m%Y")
        return tuple(value.strftime(form) for form in forms)
    text = canonical(value)
    return () if text is None else (text,)
