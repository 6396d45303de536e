"""Asks again, when asking again is free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import Field
from tenacity import AsyncRetrying, RetryCallState

from ..contract import Attempt, Call, Layer, Query, Reply
from ..errors import (
    BadAnswer,
    ConnectorError,
    LedgerDown,
    Lost,
    NotSent,
    RateLimited,
    Suspended,
    Unreadable,
)
from ..kit import Kit, Strict, Tokens
from ..units import Seconds
from ..words import Billed, Effect, Outcome

SILENT = (NotSent, Lost, RateLimited, Suspended, LedgerDown)
"""Ends of one attempt that say nothing of any other."""


class Backoff(Strict):
    """Full jitter: ``U(0, min(max, base * 2^n))``."""

    base: Seconds = 0.1
    max: Seconds = 2.0


class Retry(Strict):
    """How often, and after what pause, a query may be sent again."""

    max_attempts: int = Field(default=3, ge=1, le=3)
    backoff: Backoff = Backoff()

    def build(self, kit: Kit, terms: Terms) -> Layer:
        def layer(call: Call) -> Call:
            async def ask(query: Query) -> Reply:
                first = terms.attempt(kit.tokens, query)
                query.attempted(first)
                try:
                    # A plain call: success pays nothing for what only failure needs.
                    return await call(replace(query, attempt=first))
                except ConnectorError as error:
                    if not terms.safe(error) or self.max_attempts == 1:
                        raise
                    return await _Again(self, kit, terms, query, first)(call, error)

            return ask

        return layer


@dataclass(frozen=True, slots=True)
class Terms:
    """What asking a connector again means to the lender."""

    effect: Effect
    price: Decimal = Decimal(0)
    unbilled: frozenset[Outcome] = frozenset()
    """Failures that the bureau does not charge for."""
    min_attempt: float = 0.05
    """The least time that an attempt needs, in seconds."""
    reference: int = 20
    """The length of our reference."""
    answers_once: bool = False
    """Whether the bureau bills, and answers, equal references once."""

    def safe(self, error: BaseException | None) -> bool:
        """
        Decide by phase what may be sent again (spec 5, billing-safe retry).

        What provably never left; what was turned away with leave to come back;
        what the bureau declares unbilled; and, where asking costs nothing,
        whatever was lost or unreadable. Never what the bureau itself says that it
        charged for, whatever was agreed.
        """
        if isinstance(error, ConnectorError) and error.billed is Billed.YES:
            return False
        if isinstance(error, NotSent | RateLimited):
            return True
        if isinstance(error, Lost | BadAnswer) and error.outcome in self.unbilled:
            return True
        if self.answers_once and isinstance(error, Lost):
            return True
        return self.effect is Effect.FREE and isinstance(error, Lost | Unreadable)

    def attempt(self, tokens: Tokens, query: Query, last: Attempt | None = None) -> Attempt:
        """Make the next attempt; all messages and attempts of one query share our reference."""
        ours = last.our_reference if last else query.reference
        return Attempt(
            number=last.number + 1 if last else 1,
            call_id=tokens.call_id(),
            our_reference=ours or tokens.reference(self.reference),
            effect=self.effect,
            price=Decimal(0) if query.paid else self.price,
        )


@dataclass(slots=True)
class _Again:
    """All attempts at one query after its first has failed."""

    rule: Retry
    kit: Kit
    terms: Terms
    query: Query
    last: Attempt
    unknown: ConnectorError | None = None
    """How the last one ended that may have been billed."""

    async def __call__(self, call: Call, first: ConnectorError) -> Reply:
        """
        Ask until nothing speaks for another attempt.

        That the last one was never sent does not unsay what an earlier one may cost.
        """
        self._heed(first)
        retrying = AsyncRetrying(
            sleep=self.kit.clock.sleep,
            retry=lambda state: self.terms.safe(_failure(state)),
            wait=self._pause,
            stop=self._hopeless,
            reraise=True,
        )
        failed = [first]

        async def step() -> Reply:
            if failed:
                # So that tenacity counts, and pauses after, the first attempt.
                raise failed.pop()
            self.last = self.terms.attempt(self.kit.tokens, self.query, self.last)
            self.query.attempted(self.last)
            try:
                return await call(replace(self.query, attempt=self.last))
            except ConnectorError as error:
                self._heed(error)
                raise

        try:
            reply: Reply = await retrying(step)
        except SILENT as error:
            is_billed = isinstance(error, ConnectorError) and error.billed is not Billed.NO
            if is_billed or self.unknown is None:
                raise
            self.unknown.attempts = self.last.number
            raise self.unknown from error
        return reply

    def _heed(self, error: ConnectorError) -> None:
        if error.billed is not Billed.NO:
            self.unknown = error

    def _pause(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if isinstance(failure, RateLimited) and failure.wait is not None:
            return failure.wait
        backoff = self.rule.backoff
        longest = backoff.base * 2 ** (state.attempt_number - 1)
        return self.kit.random.uniform(0, min(backoff.max, longest))

    def _hopeless(self, state: RetryCallState) -> bool:
        """Whether no attempt is left, or none could follow the pause in time."""
        starts = self.kit.clock.now() + state.upcoming_sleep
        return (
            state.attempt_number >= self.rule.max_attempts
            or starts + self.terms.min_attempt > self.query.deadline()
        )


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
