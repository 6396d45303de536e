"""What of one inquiry decides about its plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.words import Outcome

from ..inputs import LookUp
from .seat import Seat


@dataclass(frozen=True, slots=True)
class Case:
    """What of one inquiry decides about its plan, besides the fields that it wants."""

    values: LookUp | None = None
    """Of the inquiry, for who is asked on conditions; without it they count as met."""
    refused: Mapping[str, Outcome] = field(default_factory=dict)
    """Connectors that may not be asked, and why."""
    known: frozenset[str] = frozenset()
    """Connectors whose answer is there already, and costs nothing."""
    limit: Decimal | None = None
    """The most that all of it may cost; None for no limit."""
    cheapest: bool = False
    """Whether of the optional ones no more are asked than cover what is wanted."""

    def is_usual(self, seats: Iterable[Seat]) -> bool:
        """Whether the plan is that of any inquiry for the same fields."""
        if self.refused or self.known or self.cheapest or self.limit is not None:
            return False
        return self.values is None or all(seat.when is None for seat in seats)

    def price(self, seat: Seat) -> Decimal:
        """Say what it may cost to ask."""
        return Decimal(0) if seat.connector in self.known else seat.price

    def likely(self, seat: Seat) -> Decimal:
        """Say what it will probably cost."""
        return Decimal(0) if seat.connector in self.known else seat.likely


ALWAYS = Case()
"""Nothing is known of the inquiry, and nothing is in its way."""
