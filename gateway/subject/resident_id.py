"""The Chinese resident identity number (GB 11643), and what it says of its holder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from unicodedata import normalize

from stdnum import numdb
from stdnum.cn import ric

ID_TYPE = "RESIDENT_ID"
PERMIT = "RESIDENCE_PERMIT"

_FORM = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_OLD = 15
_FOREIGNER = "9"
_TAIWAN = "83"
"""Residence permits for Hong Kong, Macao and Taiwan: 81, 82, 83; stdnum lists the first two."""


@cache
def region_codes() -> frozenset[str]:
    """Every code that GB/T 2260 has ever given out, abolished ones too: people keep them."""
    return frozenset(
        province + county
        for _, province, _, _, counties in numdb.get("cn/loc").prefixes
        for _, county, _, _, _ in counties
    ) | {f"{_TAIWAN}0000"}


@cache
def provinces() -> frozenset[str]:
    return frozenset(code[:2] for code in region_codes())


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A number that has the form; what it says may still be wrong."""

    number: str = field(repr=False)
    """Always of 18 characters."""

    @property
    def birth_date(self) -> date | None:
        """None where the calendar has no such day."""
        try:
            return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))
        except ValueError:
            return None

    @property
    def sex(self) -> str:
        return "MALE" if int(self.number[16]) % 2 else "FEMALE"

    @property
    def region_code(self) -> str | None:
        """Where the number was first registered; the numbers of foreigners do not say."""
        return None if self.number.startswith(_FOREIGNER) else self.number[:6]

    @property
    def id_type(self) -> str:
        return PERMIT if self.number[0] in "89" else ID_TYPE

    @property
    def checks(self) -> bool:
        return bool(ric.calc_check_digit(self.number) == self.number[-1])

    def sound(self, today: date) -> bool:
        """Whether all that it says can be believed."""
        born = self.birth_date
        known = self.region_code is None or self.region_code[:2] in provinces()
        return known and self.checks and born is not None and born <= today


def read(text: str) -> ResidentId | None:
    """
    Read a number of either length; None where it has not the form.

    The numbers of 15 digits are void since 2013; their holders got the same
    number with the century and a check digit, so that is their normal form.
    """
    number = normalize("NFKC", text).strip().upper()
    if not _FORM.fullmatch(number):
        return None
    if len(number) == _OLD:
        body = f"{number[:6]}19{number[6:]}"
        number = body + ric.calc_check_digit(f"{body}0")
    return ResidentId(number)


def applies(subject: Mapping[str, object]) -> bool:
    """Whether the subject's identity number is, or may be, of this kind."""
    return subject.get("id_type", ID_TYPE) == ID_TYPE


def of(subject: Mapping[str, object], today: date) -> ResidentId | None:
    """Read the subject's number; None where it cannot be believed in all its parts."""
    text = subject.get("id_number")
    if not applies(subject) or not isinstance(text, str):
        return None
    number = read(text)
    return number if number is not None and number.sound(today) else None
