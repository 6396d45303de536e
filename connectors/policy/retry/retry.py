"""Asks again, when asking again is free."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from ...contract import Call, Layer, Query, Reply
from ...errors import ConnectorError
from ...kit import Kit, Strict
from ...units import Seconds
from ...words import ANSWERS
from .again import Again
from .terms import Terms
from .tokens import RetryTokens


class Backoff(Strict):
    """Full jitter: ``U(0, min(max, base * 2^n))``."""

    base: Seconds = 0.1
    max: Seconds = 2.0


class Retry(Strict):
    """
    How often, and after what pause, a query may be sent again.

    Whatever is said here, retries are paid with tokens: a connector that fails
    runs out of them, and is then asked once.
    """

    max_attempts: int = Field(default=3, ge=1, le=3)
    backoff: Backoff = Backoff()

    def build(self, kit: Kit, terms: Terms, tokens: RetryTokens) -> Layer:
        """Take retries of one message; `tokens` are for all messages of its connector."""
        clock = kit.clock

        def layer(call: Call) -> Call:
            async def ask(query: Query) -> Reply:
                begun = clock.now()
                tokens.asked(begun)
                first = terms.attempt(kit.tokens, query)
                query.attempted(first)
                try:
                    # A plain call: success pays nothing for what only failure needs.
                    reply = await call(replace(query, attempt=first))
                except ConnectorError as error:
                    if self.max_attempts == 1 or not terms.safe(error):
                        raise
                    again = Again(self, kit, terms, tokens, query, first, begun)
                    return await again(call, error)
                if reply.outcome in ANSWERS:
                    tokens.earn(clock.now())
                return reply

            return ask

        return layer
