"""Does not ask what is known, or what is being asked already."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pydantic import Field, field_validator

from ...contract import Call, Query, Reply, Standing
from ...errors import ConnectorError, NotCached
from ...kit import Kit, Strict
from ...units import Seconds
from ...words import ANSWERS, Billed, Outcome, ReuseMode, ServedFrom
from .flight import Flight

NEGATIVE = frozenset({Outcome.NO_HIT, Outcome.NO_SCORE, Outcome.BLOCKED})
LONGEST_NEGATIVE = 15 * 60.0
"""Seconds that a negative answer is kept where nothing is said (spec 5)."""


class Reuse(Strict):
    """How long an answer may be given again. Nothing said: not at all."""

    ttl: Seconds = 0.0
    negative_ttl: Mapping[Outcome, Seconds] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    """References that the request uses and that make no difference to the answer."""

    @field_validator("negative_ttl")
    @classmethod
    def _negative(cls, value: Mapping[Outcome, float]) -> Mapping[Outcome, float]:
        if wrong := sorted(value.keys() - NEGATIVE):
            raise ValueError(f"{wrong[0]} has no negative ttl: only {sorted(NEGATIVE)} have")
        return value

    def seconds(self, outcome: Outcome) -> float:
        if outcome in (Outcome.HIT, Outcome.MISMATCH):
            return self.ttl
        if outcome in NEGATIVE:
            return self.negative_ttl.get(outcome, min(self.ttl, LONGEST_NEGATIVE))
        return 0.0

    def build(self, kit: Kit, key: Callable[[Query], str]) -> Reused:
        return Reused(Memory(self, kit), key)


@dataclass(frozen=True, slots=True)
class Memory:
    """The answers of one connector that may be given again."""

    rule: Reuse
    kit: Kit

    async def known(self, key: str, query: Query) -> Reply | None:
        known = await self.kit.cache.get(key)
        if known is None:
            return None
        oldest = query.standing.max_age
        if oldest is not None and _age(known, self.kit.clock.utc()) > oldest:
            return None
        return replace(
            known,
            served_from=ServedFrom.CACHE,
            billed=Billed.NO,
            cost=Decimal(0),
            attempts=0,
        )

    async def keep(self, key: str, standing: Standing, reply: Reply, at_least: float = 0.0) -> None:
        """Keep an answer as long as the rule says, or `at_least`, and its consent allows."""
        ttl = self.rule.seconds(reply.outcome)
        if reply.outcome in ANSWERS:
            ttl = max(ttl, at_least)
        if standing.consent is not None:
            left = standing.consent.expires_at - self.kit.clock.utc()
            ttl = min(ttl, left.total_seconds())
        if ttl > 0 and reply.whole:
            await self.kit.cache.put(key, reply, ttl)


class Reused:
    """
    The cache in front of one connector, and the flights behind it.

    A flight is its own task: its leader looks again, asks, puts, and only then
    forgets the flight. A paid attempt that outlives its flight keeps the key
    taken until it is settled, so that nobody buys what is already paid for.
    """

    def __init__(self, memory: Memory, key: Callable[[Query], str]) -> None:
        self._memory = memory
        self._key = key
        self.flights: dict[str, Flight] = {}

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            key = self._key(query)
            if query.standing.reuse is ReuseMode.BYPASS:
                return await self._alone(call, key, query)
            while True:
                if known := await self._memory.known(key, query):
                    return known
                if query.standing.reuse is ReuseMode.ONLY_CACHE:
                    raise NotCached(query.connector)
                flight = self.flights.get(key)
                if flight is None:
                    return await self._take_off(call, key, query).join(query)
                if not flight.left:
                    return await shared(flight.join(query))
                await flight.over()

        return ask

    async def known(self, query: Query) -> Reply | None:
        """Give what would be given again, and ask nobody."""
        if query.standing.reuse is ReuseMode.BYPASS:
            return None
        return await self._memory.known(self._key(query), query)

    async def _alone(self, call: Call, key: str, query: Query) -> Reply:
        """Fly beside whatever is under way; what comes back is kept all the same."""
        flight = Flight()
        flight.start(self._fly(call, key, query, flight, look=False))
        return await flight.join(query)

    def _take_off(self, call: Call, key: str, query: Query) -> Flight:
        flight = self.flights[key] = Flight()
        flight.start(self._fly(call, key, query, flight, look=True))
        return flight

    async def _fly(
        self, call: Call, key: str, query: Query, flight: Flight, *, look: bool
    ) -> Reply:
        late: list[Future[Reply]] = []
        try:
            if look and (known := await self._memory.known(key, query)):
                return known
            shared = replace(
                query,
                deadline=flight.deadline,
                outlived=late.append,
                attempted=flight.attempts.append,
            )
            reply = await call(shared)
            flight.pinned = True
            late.clear()
            await self._memory.keep(key, query.standing, reply)
            return reply
        finally:
            if self.flights.get(key) is flight:
                del self.flights[key]
            if late and key not in self.flights:
                landing = self.flights[key] = Flight(pinned=True)
                landing.attempts = flight.attempts
                landing.start(self._land(key, query, landing, late[-1]))

    async def _land(self, key: str, query: Query, landing: Flight, late: Future[Reply]) -> Reply:
        """Hold the place of a question whose answer is paid for, until it comes."""
        try:
            reply = await late
            await self._memory.keep(key, query.standing, reply)
            return reply
        finally:
            if self.flights.get(key) is landing:
                del self.flights[key]


def _age(reply: Reply, now: datetime) -> float:
    return (now - reply.retrieved_at).total_seconds() if reply.retrieved_at else 0.0


def as_shared(reply: Reply) -> Reply:
    """Give somebody an answer that another has asked for, and pays."""
    if reply.served_from is not ServedFrom.LIVE:
        return reply
    return replace(
        reply, served_from=ServedFrom.SHARED, billed=Billed.NO, cost=Decimal(0), attempts=0
    )


async def shared(answer: Awaitable[Reply]) -> Reply:
    """Wait for what another has asked for, and pays for, however it ends."""
    try:
        return as_shared(await answer)
    except ConnectorError as error:
        error.cost = Decimal(0)
        raise
