"""What shadows cost, day by day, so that a trial has a price that was agreed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.kit import Clock

Place = tuple[str, str]
"""Product and connector."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Money set aside for a call that is under way."""

    place: Place
    day: date
    amount: Decimal


async def nothing(_: Place, __: date) -> Decimal:
    """Know nothing of what was spent before this process began."""
    return Decimal(0)


@dataclass(slots=True)
class DailySpend:
    """
    Counts in this process, on top of what `earlier` says was spent that day before it began.

    Where `earlier` knows nothing, a restart begins the day anew. List prices are
    set aside first, so that calls at the same time do not pass the cap together.
    """

    clock: Clock
    earlier: Callable[[Place, date], Awaitable[Decimal]] = nothing
    """Asked once for each place and day."""
    _day: date = date.min
    _spent: dict[Place, Decimal] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reserve(self, place: Place, price: Decimal, most: Decimal) -> Reserved | None:
        """Set a price aside; None where the day's money does not reach."""
        async with self._lock:
            today = self.clock.utc().date()
            if today != self._day:
                self._day, self._spent = today, {}
            if place not in self._spent:
                self._spent[place] = await self.earlier(place, today)
            if self._spent[place] + price > most:
                return None
            self._spent[place] += price
            return Reserved(place, today, price)

    def settle(self, reserved: Reserved, cost: Decimal) -> None:
        """Put what it really cost in the place of what was set aside."""
        if reserved.day == self._day:
            self._spent[reserved.place] += cost - reserved.amount
