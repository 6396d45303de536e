"""What one caller has spent in one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal


@dataclass(slots=True)
class Account:
    """
    Counts what is under way at its price, and what is settled at its cost.

    Until it is seeded it knows only of this process.
    """

    day: date
    spent: Decimal = Decimal(0)
    under_way: Decimal = Decimal(0)
    """Of what is spent, prices that were taken for calls that are not settled."""
    is_seeded: bool = False

    @property
    def begun(self) -> datetime:
        return datetime.combine(self.day, time(), UTC)

    @property
    def over(self) -> datetime:
        return self.begun + timedelta(days=1)

    @property
    def settled(self) -> Decimal:
        return self.spent - self.under_way

    def seed(self, recorded: Decimal, settled: Decimal) -> None:
        """
        Count what the ledger has recorded; `settled` of it was ours when it was asked.

        What is under way in this process may be recorded already: it then counts
        twice until the day is over, which is the safe side.
        """
        self.spent += recorded - settled
        self.is_seeded = True

    def take(self, price: Decimal) -> None:
        self.spent += price
        self.under_way += price

    def settle(self, price: Decimal, cost: Decimal) -> None:
        self.spent += cost - price
        self.under_way -= price
