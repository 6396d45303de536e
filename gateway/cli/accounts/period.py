"""Days of the calendar as a command line has them: both ends are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

_DAYS = ["%Y-%m-%d"]

Since = Annotated[datetime | None, typer.Option(formats=_DAYS, help="The first day, in UTC.")]
Until = Annotated[datetime | None, typer.Option(formats=_DAYS, help="The last day, in UTC.")]

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """Give the moment of the beginning, and the one after the end."""
    begin = BEGINNING if since is None else since.replace(tzinfo=UTC)
    end = END if until is None else until.replace(tzinfo=UTC) + timedelta(days=1)
    if end <= begin:
        raise typer.BadParameter("the last day is before the first")
    return begin, end
