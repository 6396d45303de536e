"""What an inquiry may cost at most, and what of it costs nothing because it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from connectors.contract import Query, Reply
from connectors.words import ReuseMode

from ...model import Granted, Inquiry
from ...policy import CallerPolicy
from ..plan import Case, Seat

Known = Callable[[Query], Awaitable[Reply | None]]
"""Tells what is known of a query already; asks nobody. Answers None rather than fail."""


@dataclass(frozen=True, slots=True)
class Buying:
    """How a product is bought."""

    max_cost: Decimal | None = None
    """Of one inquiry, in the billing currency."""
    cheapest: bool = False
    """Whether of its optional connectors no more are asked than cover what is wanted."""

    def limit(self, *others: Decimal | None) -> Decimal | None:
        """Give the lowest limit that there is."""
        limits = [limit for limit in (self.max_cost, *others) if limit is not None]
        return min(limits, default=None)


class Purse(Protocol):
    """What callers may spend in a day."""

    async def left(self, caller: CallerPolicy) -> Decimal | None:
        """Say what is left of it; None for no cap. Raises `LedgerDown`."""
        ...

    def resets_in(self) -> float:
        """Say in how many seconds the next day begins."""
        ...


class Bottomless:
    """Lets everybody spend what they like."""

    async def left(self, _caller: CallerPolicy) -> Decimal | None:
        return None

    def resets_in(self) -> float:
        return 0.0


async def unknown(_: Query) -> Reply | None:
    """Nothing is known."""
    return None


def matters(inquiry: Inquiry, asked: Iterable[Seat], case: Case) -> bool:
    """
    Whether it makes a difference what is known.

    It does where there is a choice, or less money than everything costs; else nobody
    looks, and whatever is known is found when it is asked for.
    """
    if inquiry.reuse is not ReuseMode.DEFAULT:
        return False
    return (
        case.cheapest or case.limit is not None or any(seat.waterfall is not None for seat in asked)
    )


async def known_of(asked: Iterable[Seat], granted: Granted, known: Known) -> frozenset[str]:
    """
    Name the connectors whose answer is there.

    What is asked of one that needs another's answer, nobody can tell before that came.
    """
    deadline = granted.filled.valid.admitted.deadline
    names = [seat.connector for seat in asked if not seat.needs]
    queries = [granted.query(name, lambda: deadline, {}) for name in names]
    replies = await asyncio.gather(*map(known, queries))
    return frozenset(name for name, reply in zip(names, replies, strict=True) if reply)
