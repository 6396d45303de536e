"""Keeps to what a contract allows in a day and in a month, of the bureau's own calendar."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ...kit import Strict

REMEMBERED = 2
"""Periods: this one, and the one that a wall clock which was wrong for a moment comes back to."""


class Quota(Strict):
    """How many messages a bureau takes, each attempt counting as one."""

    day: int | None = Field(default=None, ge=1)
    month: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.day is None and self.month is None:
            raise ValueError("a quota is for a `day`, for a `month`, or for both")
        return self

    def allowances(self, zone: ZoneInfo) -> tuple[Allowance, ...]:
        """Make what counts it, the shorter period first."""
        limits = ((self.day, False), (self.month, True))
        return tuple(Allowance(most, zone, monthly=by) for most, by in limits if most is not None)


@dataclass(slots=True, eq=False)
class Period:
    """One day or month, and what is left of it."""

    most: int
    since: datetime
    until: datetime
    used: int
    closed: bool = False
    """By the bureau's own word: nothing is left until it ends."""

    @property
    def spent(self) -> bool:
        return self.closed or self.used >= self.most


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages each day, or each month, has."""

    most: int
    zone: ZoneInfo
    monthly: bool
    _known: deque[Period] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def at(self, moment: datetime) -> Period | None:
        """Give the period that this moment is in; None where nothing is known of it yet."""
        for period in self._known:
            if period.since <= moment < period.until:
                return period
        return None

    def bounds(self, moment: datetime) -> tuple[datetime, datetime]:
        """Tell when the period begins that this moment is in, and when the next does."""
        day = moment.astimezone(self.zone).date()
        if self.monthly:
            day = day.replace(day=1)
        after = day + timedelta(days=32 if self.monthly else 1)
        return self._midnight(day), self._midnight(after.replace(day=1) if self.monthly else after)

    def begin(self, since: datetime, until: datetime, used: int) -> None:
        """Count on from what others have used in this period."""
        self._known.append(Period(self.most, since, until, used))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)
