"""Keeps to what a bureau allows: so many a second, so many at once."""

from __future__ import annotations

import asyncio
import math

from pydantic import Field

from ..contract import Call, Query, Reply
from ..errors import BulkheadFull
from ..kit import Clock, Kit, Strict
from ..units import Rate


class Limit(Strict):
    """One bureau's limits, shared by all of its connectors."""

    rate: Rate | None = None
    concurrency: int = Field(default=32, ge=1)

    def build(self, kit: Kit) -> Room:
        return Room(self, kit.clock)


class Room:
    """
    The places at one bureau.

    At most half as many as are asked may wait for a place. The rate is a
    generic cell rate algorithm with a burst of one second's worth: whoever would
    have to wait past its deadline is turned away at once.
    """

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._clock = clock
        self._places = asyncio.Semaphore(limit.concurrency)
        self._most = limit.concurrency + max(1, limit.concurrency // 2)
        self._inside = 0
        self._interval = 1 / limit.rate if limit.rate else 0.0
        self._burst = max(1.0, limit.rate) * self._interval if limit.rate else 0.0
        self._due = -math.inf

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            if self._inside >= self._most:
                raise BulkheadFull(query.connector, "concurrency")
            self._inside += 1
            try:
                if self._interval:
                    await self._turn(query)
                async with self._places:
                    return await call(query)
            finally:
                self._inside -= 1

        return ask

    async def _turn(self, query: Query) -> None:
        now = self._clock.now()
        due = max(self._due, now - self._burst + self._interval)
        if due >= query.deadline():
            raise BulkheadFull(query.connector, "rate")
        self._due = due + self._interval
        if due > now:
            await self._clock.sleep(due - now)
