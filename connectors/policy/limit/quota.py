"""Keeps to what a contract allows in a day and in a month, of the bureau's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ...kit import Strict

_BEFORE, _AFTER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""All time."""


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


@dataclass(slots=True)
class Allowance:
    """What is left of one period."""

    most: int
    zone: ZoneInfo
    monthly: bool
    since: datetime = _AFTER
    until: datetime = _BEFORE
    used: int = 0
    closed: bool = False
    """By the bureau's own word: nothing is left until the period ends."""

    @property
    def spent(self) -> bool:
        return self.closed or self.used >= self.most

    def over(self, now: datetime) -> bool:
        """Tell whether another period has begun, of which nothing is known yet."""
        return now >= self.until

    def start(self, now: datetime) -> datetime:
        """Give the beginning of the period that this moment is in."""
        day = now.astimezone(self.zone).date()
        return self._midnight(day.replace(day=1) if self.monthly else day)

    def begin(self, now: datetime, used: int) -> None:
        """Count on from what others have used since the period's start."""
        self.since = self.start(now)
        longest = timedelta(days=32 if self.monthly else 1)
        # Noon: an hour more or less of summer time changes no date.
        after = (self.since.astimezone(self.zone) + timedelta(hours=12) + longest).date()
        self.until = self._midnight(after.replace(day=1) if self.monthly else after)
        self.used, self.closed = used, False

    def take(self) -> None:
        self.used += 1

    def give_back(self, taken: datetime) -> None:
        """Count an attempt no longer that was never sent."""
        if self.since <= taken:
            self.used -= 1

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)
