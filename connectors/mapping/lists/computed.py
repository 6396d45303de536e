"""
What is computed over a list, and between two dates: a closed list of functions.

A number that rests on what could not be read would be a wrong one, so that one
such item makes the whole INVALID_VALUE. An item without the value (null, or a
sentinel that says so) is left out of a sum or a greatest; where no item has it
there is none. Over an empty list a count and a sum are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from ...contract import Document
from ...select.path import Select
from ..gap import INVALID, NULL, Gap
from ..read import Gaps, Read, Tally, scalar, taking
from ..types.functions import total
from ..types.scalars import Reader, number_of
from .items import Items

_KEYS: Final = (("minor_units",), ("year", "month", "day"), ("seconds", "nanos"))


def counted(select: Select, items: Items, reader: Reader) -> Read:
    """Count items; a list that is not there has no number of them."""

    def value(document: Document, tally: Tally) -> object:
        if select(document) is None:
            return NULL
        found = items(document, tally)
        return found if isinstance(found, Gap) else reader(len(found))

    return _told(value)


def summed(select: Select, items: Items, of: Select, sentinels: Gaps, reader: Reader) -> Read:
    """Add up, exactly."""
    take = taking(sentinels, _number)

    def value(document: Document, tally: Tally) -> object:
        if select(document) is None:
            return NULL
        found = items(document, tally)
        if isinstance(found, Gap):
            return found
        values = _values(found, of, take)
        if isinstance(values, Gap) or (found and not values):
            return values if isinstance(values, Gap) else NULL
        return reader(total(each for each in values if isinstance(each, Decimal)))

    return _told(value)


def chosen(
    items: Items, of: Select, take: Reader, choose: Callable[[Sequence[object]], object]
) -> Read:
    """Read the value of each item, and choose one."""

    def value(document: Document, tally: Tally) -> object:
        found = items(document, tally)
        if isinstance(found, Gap):
            return found
        values = _values(found, of, take)
        if isinstance(values, Gap):
            return values
        return choose(values) if values else NULL

    return _told(value)


def first_of(items: Items, of: Select, take: Reader) -> Read:
    """Read the value of the first item alone."""

    def value(document: Document, tally: Tally) -> object:
        found = items(document, tally)
        if isinstance(found, Gap) or not found:
            return found if isinstance(found, Gap) else NULL
        raw = scalar(of(found[0]))
        return NULL if raw is None else take(raw)

    return _told(value)


def months_between(select: Select, until: Select | None, day: Reader, reader: Reader) -> Read:
    """
    Count the whole months from one date to another, or (None) to now.

    A month is whole when its day has come again. Where a date has no day, months
    are counted alone. What ended before it began is INVALID_VALUE.
    """

    def value(document: Document, tally: Tally) -> object:
        begun = _day(select, day, document)
        if until is not None:
            ended = _day(until, day, document)
        elif tally.now is None:
            return INVALID
        else:
            now = tally.now
            ended = now.year, now.month, now.day
        for each in (begun, ended):
            if isinstance(each, Gap):
                return each
        return reader(_months(begun, ended))  # type: ignore[arg-type]  # neither is a gap

    return _told(value)


def order(value: object) -> tuple[object, ...]:
    """Compare amounts, dates and moments by what they say, and numbers as numbers."""
    if isinstance(value, dict):
        return next(tuple(value[name] for name in names) for names in _KEYS if names[0] in value)
    return (Decimal(value) if isinstance(value, str) else value,)


def _months(begun: tuple[int, int, int], ended: tuple[int, int, int]) -> int | None:
    months = (ended[0] - begun[0]) * 12 + ended[1] - begun[1]
    if begun[2] and ended[2] and ended[2] < begun[2]:
        months -= 1
    return months if ended[:2] >= begun[:2] and months >= 0 else None


def _day(select: Select, day: Reader, document: Document) -> tuple[int, int, int] | Gap:
    raw = scalar(select(document))
    if raw is None:
        return NULL
    found = day(raw)
    if isinstance(found, Gap):
        return found
    if not isinstance(found, dict) or not found["month"]:
        return INVALID
    return found["year"], found["month"], found["day"]


def _values(items: Sequence[Document], of: Select, take: Reader) -> list[object] | Gap:
    values = []
    for item in items:
        raw = scalar(of(item))
        value = NULL if raw is None else take(raw)
        if not isinstance(value, Gap):
            values.append(value)
        elif value.status is not NULL.status:
            return value
    return values


def _number(raw: object) -> object:
    number = number_of(raw)
    return INVALID if number is None else number


def _told(value: Callable[[Document, Tally], object]) -> Read:
    """Count one value, whatever went into it."""

    def read(document: Document, tally: Tally) -> object:
        found = value(document, tally)
        if isinstance(found, Gap):
            return tally.miss(found)
        tally.mapped += 1
        return found

    return read
