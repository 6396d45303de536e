"""What a connector is given in a rehearsal: time, chance and ports that hold still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Final

from ..contract import Query, Reply
from ..faults import ConfigError
from ..inline import Freeze, InlineTest
from ..keeping import Kept, Place
from ..kit import Ending, Kit, Schema, Secret
from ..policy.terms import Reference
from ..words import Effect, Outcome, ServedFrom

NOWHERE = Path()
"""Where files lie that nobody has said of."""

TURNS = 64
"""Turns of the loop after which whoever is not asleep waits for somebody who is."""

_USUAL: Final = Reference().length


class FrozenClock:
    """
    One moment for all that is written; a pause is over when nothing else is left to do.

    It counts from the event loop's time, so that a deadline means the same to
    the loop and to whoever reads this clock.
    """

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)
        self._now = asyncio.get_running_loop().time()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._waking: asyncio.Task[None] | None = None

    def now(self) -> float:
        return self._now

    def utc(self) -> datetime:
        return self._moment

    async def sleep(self, seconds: float) -> None:
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heappush(self._sleepers, (self._now + seconds, self._count, awake))
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._wake())
        await awake

    async def _wake(self) -> None:
        while self._sleepers:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            due, _, awake = heappop(self._sleepers)
            if not awake.done():
                self._now = max(self._now, due)
                awake.set_result(None)


class GivenChance(Random):
    """Bytes that a test has fixed, and after them the same ones each time."""

    def __init__(self, first: bytes) -> None:
        super().__init__(0)
        self._first = first

    def randbytes(self, n: int) -> bytes:
        given, self._first = self._first[:n], self._first[n:]
        return given + super().randbytes(n - len(given))


@dataclass(frozen=True, slots=True)
class GivenTokens:
    """Tokens that a test has fixed."""

    freeze: Freeze

    def nonce(self) -> str:
        return self.freeze.nonce

    def call_id(self) -> str:
        return "rehearsal"

    def reference(self, length: int) -> str:
        """
        Make it as long as a bureau wants it, so that a test shows what would be sent.

        One of the usual length is taken as it was given, where that is not too long.
        """
        given = self.freeze.reference
        if length <= _USUAL or not given:
            return given[:length]
        return (given * length)[:length]


@dataclass(frozen=True, slots=True)
class GivenSecrets:
    """Secrets that a test has made up."""

    values: Mapping[str, str] = field(repr=False)

    def read(self, name: str) -> Secret:
        if name not in self.values:
            raise ConfigError(f"the test gives no secret {name}")
        return Secret(self.values[name])


class Inert:
    """A ledger, a cache and an observer that take everything and keep nothing."""

    async def intent(self, query: Query, effect: Effect) -> None: ...

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None: ...

    async def get(self, _place: Place, _suits: Callable[[Kept], bool]) -> Kept | None:
        return None

    async def put(self, place: Place, kept: Kept) -> None: ...

    def asked(
        self, query: Query, outcome: Outcome, served_from: ServedFrom, seconds: float
    ) -> None: ...


def kit_for(
    test: InlineTest,
    schema: Schema,
    tables: Mapping[str, Mapping[str, str]],
    currency: str,
    files: Path = NOWHERE,
) -> Kit:
    """Lay out what one test is played with."""
    freeze, inert = test.freeze or Freeze(), Inert()
    return Kit(
        clock=FrozenClock(freeze.now),
        random=GivenChance(bytes.fromhex(freeze.random)),
        secrets=GivenSecrets(test.secrets or {}),
        env=test.env or {},
        ledger=inert,
        cache=inert,
        observer=inert,
        schema=schema,
        cache_key=b"rehearsal",
        currency=currency,
        files=files,
        tables=tables,
        tokens=GivenTokens(freeze),
        callback_url="https://gateway.example",
    )
