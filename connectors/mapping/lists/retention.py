"""
How old a fact may be before it must not be told any more.

What is not over has no end to count from, so an item without the date is kept.
One whose date can not be read might be too old, and is not told either: in
doubt for the person. It counts as invalid, not as suppressed, for nothing says
that it is old. Of a date without a day, the earliest is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from ...contract import Document
from ...faults import ConfigError
from ...kit import Strict
from ..gap import Gap
from ..moments import dates
from ..read import Selector, scalar
from ..types.kinds import Format

_LIMIT: Final = re.compile(r"([1-9][0-9]{0,3})([yd])")


def _limit(text: object) -> object:
    if not isinstance(text, str) or not _LIMIT.fullmatch(text):
        raise ValueError("a limit is in years or days: 5y, 1825d")
    return text


Limit = Annotated[str, BeforeValidator(_limit, json_schema_input_type=str)]
"""A time of whole years, by the calendar, or of days."""


class Retention(Strict):
    """Of which lists items are kept back, and from when on."""

    suppress_older_than: Limit
    date_path: str
    """The date in an item; it stands where the item's own fields do."""
    format: Format | None = None
    applies_to: str | Annotated[tuple[str, ...], Field(min_length=1)]
    """Targets, mapped by `list` and `each`."""

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.applies_to,) if isinstance(self.applies_to, str) else self.applies_to


def _each(source: object) -> object:
    return source if isinstance(source, list | tuple) else (source,)


Retentions = Annotated[
    tuple[Retention, ...],
    BeforeValidator(_each, json_schema_input_type=Retention | tuple[Retention, ...]),
]
"""One, or a list."""

Age = Callable[[Document, "datetime | None"], "bool | None"]
"""Tells whether an item is too old; None where that can not be told."""


def compile_age(retention: Retention, selector: Selector) -> Age:
    """Compile. Raises `ConfigError`."""
    try:
        select = selector(retention.date_path)
    except ValueError as error:
        raise ConfigError(str(error), ("date_path",)) from error
    read = dates(retention.format)
    limit = retention.suppress_older_than

    def is_old(item: Document, now: datetime | None) -> bool | None:
        raw = scalar(select(item))
        if raw is None:
            return False
        found = read(raw)
        if isinstance(found, Gap) or not isinstance(found, dict) or now is None:
            return None
        day = date(found["year"], found["month"] or 1, found["day"] or 1)
        return day < before(now.date(), limit)

    return is_old


def before(today: date, limit: str) -> date:
    """Go back from a day; from a leap day to the last of February."""
    number, unit = int(limit[:-1]), limit[-1]
    try:
        if unit == "d":
            return today - timedelta(days=number)
        year = today.year - number
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = 28 if (today.month, today.day) == (2, 29) and not leap else today.day
        return date(year, today.month, day)
    except (ValueError, OverflowError):  # before the first day of the calendar
        return date.min
