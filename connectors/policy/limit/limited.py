"""Waits for a place, and for a turn, before one attempt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...contract import Call, Query, Reply
from ...errors import BulkheadFull, QuotaExceeded, RateLimited, TimedOut
from ...kit import Clock
from ..timeout import EARLY, overdue
from .ration import Ration
from .room import Bulkhead, Place, Ticket
from .turns import Turns


@dataclass(frozen=True, slots=True)
class Limited:
    """A layer, one for all messages of a connector."""

    clock: Clock
    bulkhead: Bulkhead
    turns: Turns | None
    ration: Ration | None
    min_attempt: float

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            if not self.bulkhead.enter():
                await self._wait(query)
            try:
                return await self._inside(call, query)
            finally:
                # What is paid for and still listened for keeps its place.
                if (settling := query.attempt.settling) is None:
                    self.bulkhead.leave(self.clock.now())
                else:
                    settling.add_done_callback(lambda _: self.bulkhead.leave(self.clock.now()))

        return ask if self.ration is None else self._rationed(ask, self.ration)

    def _rationed(self, call: Call, ration: Ration) -> Call:
        async def ask(query: Query) -> Reply:
            taken = await ration.take(query.connector)
            try:
                return await call(query)
            except QuotaExceeded:
                ration.close(taken)
                raise
            finally:
                if not query.attempt.sent:
                    ration.give_back(taken)

        return ask

    async def _inside(self, call: Call, query: Query) -> Reply:
        limit = self.bulkhead.limit
        if self.turns is not None and not await self.turns.take(lambda: self._latest(query)):
            raise BulkheadFull(query.connector, "rate")
        begun = self.clock.now()
        try:
            reply = await call(query)
        except (TimedOut, RateLimited):
            limit.troubled(begun, self.clock.now())
            raise
        except asyncio.CancelledError:
            if overdue(query, now := self.clock.now()):
                limit.troubled(begun, now)
            raise
        limit.answered()
        return reply

    async def _wait(self, query: Query) -> None:
        """Wait for a place. Raises `BulkheadFull`: too late, or too many wait already."""
        moved = asyncio.Event()
        ticket = Ticket(lambda: self._latest(query), moved.set)
        self.bulkhead.queue(ticket, self.clock.now())
        try:
            while ticket.place is Place.WAITING:
                left = ticket.expires() - self.clock.now()
                try:
                    async with asyncio.timeout(left):
                        await moved.wait()
                except TimeoutError:
                    # Its deadline may have moved meanwhile.
                    self.bulkhead.drop_expired(self.clock.now() + EARLY)
        except asyncio.CancelledError:
            if ticket.place is Place.INSIDE:
                self.bulkhead.leave(self.clock.now())
            self.bulkhead.forget(ticket)
            raise
        if ticket.place is not Place.INSIDE:
            raise BulkheadFull(query.connector, "concurrency")

    def _latest(self, query: Query) -> float:
        """Say by when an attempt has to begin."""
        return query.deadline() - self.min_attempt
