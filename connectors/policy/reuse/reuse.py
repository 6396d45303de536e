"""Does not ask what is known, or what is being asked already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ...contract import Call, Query, Reply
from ...errors import BulkheadFull, ConnectorError, NoBudget, NotCached, NotSent
from ...keeping import Unshared
from ...kit import Kit
from ...words import Billed, ReuseMode
from ..ledger import Owned
from .elsewhere import Elsewhere
from .flight import Flight, Led
from .lifetimes import Lifetimes
from .memory import Memory, Names
from .sharing import shared

UNSENT = (NotSent, NoBudget, BulkheadFull)
"""Failures that more time might have spared."""


class Reuse(Lifetimes):
    """What of its answers is given again. Nothing said: nothing."""

    ignore: tuple[str, ...] = ()
    """References that the request uses and that make no difference to the answer."""

    def build(
        self, kit: Kit, names: Callable[[Query], Names], owned: Owned, settle: float = 30.0
    ) -> Reused:
        memory = Memory(self, kit)
        return Reused(memory, names, Elsewhere(memory, settle), owned)


class Reused:
    """
    The cache in front of one connector, and the flights behind it.

    A flight is its own task: its leader looks again, asks, puts, and only then
    forgets the flight. A paid attempt that outlives its flight keeps the key
    taken until it is settled, so that nobody buys what is already paid for.
    That it is kept, a drain waits for.
    """

    def __init__(
        self, memory: Memory, names: Callable[[Query], Names], elsewhere: Elsewhere, owned: Owned
    ) -> None:
        self._memory = memory
        self._names = names
        self._elsewhere = elsewhere
        self._owned = owned
        self.flights: dict[str, Flight] = {}

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            names, mode, memory = self._names(query), query.standing.reuse, self._memory
            if mode is ReuseMode.BYPASS:
                return await self._alone(call, names, query)
            kept = await memory.find(names, query)
            if known := memory.fresh(kept, query):
                return known
            try:
                if mode is ReuseMode.ONLY_CACHE:
                    raise NotCached(query.connector)
                return await self._asked(call, names, query)
            except ConnectorError as error:
                if older := memory.instead(kept, query, error):
                    return older
                raise

        return ask

    async def known(self, query: Query) -> Reply | None:
        """Give what would be given again, and ask nobody."""
        if query.standing.reuse is ReuseMode.BYPASS:
            return None
        return await self._memory.known(self._names(query), query)

    async def _asked(self, call: Call, names: Names, query: Query) -> Reply:
        """Join the flight of a question, or lead it; once more if its time was not enough."""
        again = True
        while True:
            flight = self.flights.get(names[0])
            if flight is None:
                return await self._take_off(call, names, query).join(query, leads=True)
            if flight.left:
                await flight.over(query)
                await _defer(flight, query)
                continue
            try:
                return await shared(flight.join(query))
            except Led:
                await _defer(flight, query)
            except UNSENT as error:
                # The time of others ran out, and ours has not.
                hurried = flight.decided_by < query.deadline()
                if not (again and hurried and error.billed is Billed.NO):
                    raise
                again = False

    async def _alone(self, call: Call, names: Names, query: Query) -> Reply:
        """Fly beside whatever is under way; what comes back is kept all the same."""
        flight = Flight(Unshared())
        flight.start(self._fly(call, names, query, flight))
        return await flight.join(query, leads=True)

    def _take_off(self, call: Call, names: Names, query: Query) -> Flight:
        flight = Flight(self._memory.kit.lease(names[0]))
        self.flights[names[0]] = flight
        # Also of one that is cancelled before it has begun.
        flight.start(self._led(call, names, query, flight), lambda: self._forget(names, flight))
        return flight

    async def _led(self, call: Call, names: Names, query: Query, flight: Flight) -> Reply:
        """Look again, also for what another process asks; then fly."""
        try:
            known = await self._elsewhere.known(names, query, flight)
            return known or await self._fly(call, names, query, flight)
        finally:
            # Before anyone is woken: who asks now finds what was kept, or leads anew.
            self._forget(names, flight)
            flight.lease.free()

    async def _fly(self, call: Call, names: Names, query: Query, flight: Flight) -> Reply:
        late: list[asyncio.Future[Reply]] = []
        asked_at = self._memory.kit.clock.utc()
        flown = replace(
            query,
            deadline=flight.deadline,
            outlived=late.append,
            attempted=flight.attempted,
        )
        try:
            reply = await call(flown)
            flight.pinned = True
            late.clear()
            await self._memory.keep(names, query.standing, reply, asked_at)
            return reply
        finally:
            if late and self.flights.get(names[0], flight) is flight:
                landing = self.flights[names[0]] = flight.landing()
                self._owned.own(
                    landing.start(self._land(names, query, landing, late[-1], asked_at))
                )

    async def _land(
        self,
        names: Names,
        query: Query,
        landing: Flight,
        late: asyncio.Future[Reply],
        asked_at: datetime,
    ) -> Reply:
        """Hold the place of a question whose answer is paid for, until it comes."""
        try:
            reply = await late
            await self._memory.keep(names, query.standing, reply, asked_at)
            return reply
        finally:
            self._forget(names, landing)
            landing.lease.free()

    def _forget(self, names: Names, flight: Flight) -> None:
        if self.flights.get(names[0]) is flight:
            del self.flights[names[0]]


async def _defer(left: Flight, query: Query) -> None:
    """
    Let whoever has most time lead after a flight that was left.

    Of those who have less each would soon leave what it began to the next, and nothing
    would ever be sent.
    """
    if query.deadline() < left.heir:
        await asyncio.sleep(0)
