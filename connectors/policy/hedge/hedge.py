"""Asks a second time when an answer is late, and takes the first that comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...contract import Call, Query, Reply
from ...kit import Clock, Strict
from ..breaker.breaker import Guard
from ..retry.tokens import PRICE, RetryTokens
from ..window import Window
from .latency import Latency

EXTRA = 0.05
"""Of the calls of ten seconds that may be hedges."""
SECONDS = 10.0


class Hedge(Strict):
    """
    One more attempt at what is late, where asking costs nothing.

    Late is what nineteen of twenty answers are not, and takes 50 ms at least.
    Nothing is hedged while the bureau fails, or retries are short of tokens; nor
    more than one call in twenty.
    """

    def build(self, clock: Clock, guard: Guard, tokens: RetryTokens) -> Hedging:
        return Hedging(clock, guard, tokens, Latency(), Window(SECONDS))


@dataclass(frozen=True, slots=True)
class Hedging:
    """A layer around one message. Each of the two attempts is retried and recorded by itself."""

    clock: Clock
    guard: Guard
    tokens: RetryTokens
    latency: Latency
    window: Window

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            begun = self.clock.now()
            self.window.add(begun)
            if (late := self.latency.late) is None:
                reply = await call(query)
            else:
                reply = await self._raced(call, query, late)
            self.latency.add(self.clock.now() - begun)
            return reply

        return ask

    async def _raced(self, call: Call, query: Query, late: float) -> Reply:
        first = asyncio.create_task(call(query))
        racing = {first}
        try:
            await asyncio.wait(racing, timeout=late)
            if not first.done() and self._may():
                racing.add(asyncio.create_task(call(query)))
            return await _winner(first, racing)
        finally:
            for task in racing:
                # Retrieved, so that the loser's end is no warning.
                task.add_done_callback(lambda done: done.cancelled() or done.exception())
                task.cancel()

    def _may(self) -> bool:
        """Say whether one more call is affordable, and pay for it if so."""
        now = self.clock.now()
        self.window.turn(now)
        few = self.window.marked + 1 <= EXTRA * self.window.calls
        if not (few and self.guard.closed and self.tokens.spare(now)):
            return False
        self.window.add(now, calls=0, marked=1)
        self.tokens.charge(PRICE, now)
        return True


async def _winner(first: asyncio.Task[Reply], racing: set[asyncio.Task[Reply]]) -> Reply:
    """Give the first answer; where there is none, the first attempt's failure."""
    pending = set(racing)
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled() and task.exception() is None:
                return task.result()
    return first.result()
