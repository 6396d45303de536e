"""Days of the calendar as a command line has them: both ends are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

import typer

DAYS = ["%Y-%m-%d"]
"""How a day is written."""

Since = Annotated[datetime | None, typer.Option(formats=DAYS, help="The first day, in UTC.")]
Until = Annotated[datetime | None, typer.Option(formats=DAYS, help="The last day, in UTC.")]

_FIRST, _LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - in any zone
"""Days further out do not begin in every time zone, and nothing was asked on one of them."""


def period(
    since: datetime | None, until: datetime | None, zone: tzinfo = UTC
) -> tuple[datetime, datetime]:
    """Give the moment of the beginning, and the one after the end, in UTC."""
    begin = _midnight(since or _FIRST, zone)
    end = _midnight(until or _LAST, zone, timedelta(days=1))
    if end <= begin:
        raise typer.BadParameter("the last day is before the first")
    return begin, end


def _midnight(day: datetime, zone: tzinfo, later: timedelta = timedelta()) -> datetime:
    first = min(max(day, _FIRST), _LAST) + later
    return first.replace(tzinfo=zone).astimezone(UTC)
