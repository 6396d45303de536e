"""
How a bureau's value becomes ours, type by type.

A reader takes one scalar of a document and gives what the constructor of a
protobuf message takes, or a `Gap`. It never raises and never rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Final

from ...template.scalar import canonical
from ..gap import INVALID, Gap
from .currency import CODE, decimals

Reader = Callable[[object], object]

INT64: Final = (-(2**63), 2**63 - 1)

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,60}")
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9])?"
)
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_PLACES: Final = 60
"""No fact of a person is longer, before the point or after it."""

_SHORT: Final = 14
"""Digits of an amount that fits whatever its currency is."""

_WIDE: Final = Context(prec=200)
"""Wider than any number that is read, so that nothing is rounded."""


def read_string(raw: object) -> object:
    """Read text as it is; a number as it is written. Control characters are refused."""
    text = None if isinstance(raw, bool) else canonical(raw)
    return INVALID if text is None or _UNPRINTABLE.search(text) else text


def read_bool(raw: object) -> object:
    """Read true and false, and nothing that merely looks like them."""
    if isinstance(raw, bool):
        return raw
    return raw == "true" if raw in ("true", "false") else INVALID


def labels(table: Mapping[str, object], unmapped: Gap) -> Reader:
    """Read codes by a table, matched by their canonical text."""

    def read(raw: object) -> object:
        text = canonical(raw)
        return INVALID if text is None else table.get(text, unmapped)

    return read


def integers(low: int, high: int) -> Reader:
    """Read whole numbers; text may have a sign and leading zeros."""

    def read(raw: object) -> object:
        if raw.__class__ is int:
            number: int | None = raw
        else:
            number = int(raw) if isinstance(raw, str) and _INTEGER.fullmatch(raw) else _whole(raw)
        return number if number is not None and low <= number <= high else INVALID

    return read


def numbers(
    low: Decimal | None, high: Decimal | None, write: Callable[[Decimal], object]
) -> Reader:
    """Read numbers with decimals, between bounds where there are any."""

    def read(raw: object) -> object:
        number = number_of(raw)
        if number is None or (low is not None and number < low):
            return INVALID
        return INVALID if high is not None and number > high else write(number)

    return read


def amounts(unit: str, currency: str) -> Reader:
    """Read money of one currency; what is no whole number of its smallest unit is refused."""
    places = decimals(currency) if unit == "major" else 0
    low, high = INT64
    scale = tuple(10 ** (places - digits) for digits in range(places + 1))

    def read(raw: object) -> object:
        if raw.__class__ is str:
            # Nearly all amounts: the digits before the point and after it, as one number.
            whole, _, part = raw.partition(".")
            digits = whole + part
            if len(part) <= places and len(digits) <= _SHORT and digits.isdigit():
                if digits.isascii():
                    minor = int(digits) * scale[len(part)]
                    return {"minor_units": minor, "currency": currency}
                return INVALID
        number = number_of(raw)
        if number is None:
            return INVALID
        minor = number.scaleb(places, _WIDE)
        if minor != minor.to_integral_value() or not low <= minor <= high:
            return INVALID
        return {"minor_units": int(minor), "currency": currency}

    return read


def amounts_by_code(unit: str) -> Callable[[object, object], object]:
    """Read money whose currency stands beside it."""
    known: dict[str, Reader] = {}

    def read(raw: object, currency: object) -> object:
        if not isinstance(currency, str) or not CODE.fullmatch(currency):
            return INVALID
        reader = known.get(currency)
        if reader is None:
            # Three capital letters: the table can not grow without bound.
            reader = known[currency] = amounts(unit, currency)
        return reader(raw)

    return read


def number_of(raw: object) -> Decimal | None:
    """Give an exact number, also from text; None for what is none."""
    if isinstance(raw, str):
        return Decimal(raw) if _NUMBER.fullmatch(raw) else None
    return _exact(raw)


def _whole(raw: object) -> int | None:
    if raw.__class__ is int and isinstance(raw, int):
        return raw
    number = _exact(raw)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _exact(raw: object) -> Decimal | None:
    if raw.__class__ is int and isinstance(raw, int):
        return Decimal(raw) if raw.bit_length() <= 3 * _PLACES else None
    if isinstance(raw, Decimal) and raw.is_finite() and raw.adjusted() <= _PLACES:
        exponent = raw.as_tuple().exponent
        return raw if isinstance(exponent, int) and exponent >= -_PLACES else None
    return None
