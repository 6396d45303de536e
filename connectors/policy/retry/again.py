"""All attempts at one query after its first has failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, RetryCallState

from ...contract import Attempt, Call, Query, Reply
from ...errors import (
    ConnectorError,
    LedgerDown,
    Lost,
    NotSent,
    RateLimited,
    Suspended,
    TimedOut,
)
from ...kit import Kit
from ...words import Billed
from .terms import Terms
from .tokens import PRICE, PRICE_AFTER_TIMEOUT, RetryTokens

if TYPE_CHECKING:
    from .retry import Retry

SILENT = (NotSent, Lost, RateLimited, Suspended, LedgerDown)
"""Ends of one attempt that say nothing of any other."""


@dataclass(slots=True)
class Again:
    """Asks until nothing speaks for another attempt."""

    rule: Retry
    kit: Kit
    terms: Terms
    tokens: RetryTokens
    query: Query
    last: Attempt
    begun: float
    """When the first attempt was made."""
    unknown: ConnectorError | None = None
    """How the last one ended that may have been billed."""
    paid: float = 0.0
    """In tokens, for the attempt under way."""

    async def __call__(self, call: Call, first: ConnectorError) -> Reply:
        """Ask. That the last one was never sent does not unsay what an earlier one may cost."""
        self._heed(first)
        retrying = AsyncRetrying(
            sleep=self.kit.clock.sleep,
            retry=lambda state: self.terms.safe(_failure(state)),
            wait=self._pause,
            stop=self._hopeless,
            before_sleep=self._pay,
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
        self.tokens.refund(self.paid, self.kit.clock.now())
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
        """Whether no attempt is left, none could follow in time, or nothing is left to pay it."""
        now, failure = self.kit.clock.now(), _failure(state)
        starts = now + state.upcoming_sleep
        return (
            state.attempt_number >= self.rule.max_attempts
            or starts + self.terms.min_attempt > self.query.deadline()
            or not self.terms.safe(failure, starts - self.begun)
            or not self.tokens.allows(_price(failure), now)
        )

    def _pay(self, state: RetryCallState) -> None:
        self.paid = self.tokens.spend(_price(_failure(state)), self.kit.clock.now())


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _price(failure: BaseException | None) -> float:
    return PRICE_AFTER_TIMEOUT if isinstance(failure, TimedOut) else PRICE
