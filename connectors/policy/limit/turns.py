"""Waits for a turn of what a bureau allows in a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...kit import Clock
from .rate import Pace


class Turns:
    """
    First come, first served, by all connectors of a bureau.

    A turn is taken when it has come and not before, so whoever goes while it waits
    leaves it to the next. For whom it would come too late, behind all who wait, is told
    so at once.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._pace = Pace(rate)
        self._clock = clock
        self._next = asyncio.Lock()
        """Held by who is next; the others stand behind it in the order of their coming."""
        self._waiting = 0

    async def take(self, until: Callable[[], float]) -> bool:
        """Take a turn, or say that none comes before `until`, which may move meanwhile."""
        now = self._clock.now()
        due = self._pace.due(now) + self._waiting / self._pace.rate
        if due <= now and not self._waiting:
            self._pace.take(now)
            return True
        if due >= until():
            return False
        self._waiting += 1
        try:
            async with self._next:
                return await self._take_next(until)
        finally:
            self._waiting -= 1

    async def _take_next(self, until: Callable[[], float]) -> bool:
        now = self._clock.now()
        await self._clock.sleep(max(0.0, self._pace.due(now) - now))
        now = self._clock.now()
        if now > until():
            return False
        self._pace.take(now)
        return True
