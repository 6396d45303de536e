"""What asking a connector again means to the lender."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ...contract import Attempt, Query
from ...errors import BadAnswer, ConnectorError, Lost, NotSent, RateLimited, Unreadable
from ...kit import Tokens
from ...words import Billed, Effect, Outcome


@dataclass(frozen=True, slots=True)
class Terms:
    """What one message does, what it costs, and what its bureau promises of repeats."""

    effect: Effect
    price: Decimal = Decimal(0)
    unbilled: frozenset[Outcome] = frozenset()
    """Failures that the bureau does not charge for."""
    min_attempt: float = 0.05
    """The least time that an attempt needs, in seconds."""
    reference: int = 20
    """The length of our reference."""
    key_window: float = 0.0
    """Seconds for which the bureau bills, and answers, equal references once; 0: it does not."""

    def safe(self, error: BaseException | None, age: float = 0.0) -> bool:
        """
        Decide by phase what may be sent again (spec 5, billing-safe retry).

        What provably never left; what was turned away with leave to come back;
        what the bureau declares unbilled; and, where asking costs nothing,
        whatever was lost or unreadable. Never what the bureau itself says that it
        charged for, whatever was agreed. `age`: seconds since the first attempt,
        when the next one would begin.
        """
        if isinstance(error, ConnectorError) and error.billed is Billed.YES:
            return False
        if isinstance(error, NotSent | RateLimited):
            return True
        if isinstance(error, Lost | BadAnswer) and error.outcome in self.unbilled:
            return True
        if isinstance(error, Lost) and age < self.key_window:
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
