"""Whose turn it is in a waterfall, and why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.words import Billed, Outcome

from ...model import Answer
from ...product import Waterfall
from ..plan import Seat, Unit


@dataclass(slots=True)
class Turns:
    """
    One run of a waterfall: pure, but for what it is told.

    It never buys again from a bureau that may have sold already: after an end that
    may be billed only another bureau's member has its turn.
    """

    unit: Unit
    rules: Waterfall
    left: Callable[[], float]
    """Seconds that are left for answers."""
    allowance: Decimal | None
    """What it may still spend; None for whatever it takes."""
    free: frozenset[str] = frozenset()
    """
    Connectors of whom something is known, which costs neither money nor time.

    Where it matters, only that is taken of them.
    """
    _begun: bool = False
    _over: bool = False
    _answered: int = 0
    _unsure: set[str] = field(default_factory=set)
    """Bureaus."""

    def skipped(self, seat: Seat) -> Outcome | None:
        """Say why it is not asked; None where it is its turn."""
        if self._over:
            return Outcome.NOT_NEEDED
        if seat.connector in self.free:
            self._begun = True
            return None
        if seat.bureau in self._unsure:
            return Outcome.SKIPPED_POLICY
        if self._begun and self.left() < self.rules.start_if_remaining:
            return Outcome.SKIPPED_BUDGET
        if self.allowance is not None and seat.price > self.allowance:
            return Outcome.SKIPPED_COST
        self._begun = True
        return None

    def ended(self, seat: Seat, answer: Answer) -> None:
        """Hear how one that was asked has ended."""
        error = answer.missed.error if answer.missed else None
        end = answer.reply or error
        if end is not None and self.allowance is not None:
            self.allowance -= end.cost
        # An old answer may stand in for a call that was lost.
        lost = error is not None or (answer.reply is not None and answer.reply.failed_call)
        if end is not None and lost and end.billed is not Billed.NO:
            self._unsure.add(seat.bureau)
        if answer.reply is not None and self.rules.answers(answer.outcome):
            self._answered += 1
            self._over = self._answered >= self.unit.enough
        else:
            self._over = answer.outcome not in self.rules.continue_on

    def stop(self) -> None:
        """Ask nobody else."""
        self._over = True
