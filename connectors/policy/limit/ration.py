"""Counts what a bureau was asked in its day and its month, and stops in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from ...errors import QuotaSpent
from ...kit import Kit
from .quota import Allowance, Period


class Ration:
    """
    One bureau's quota, for all of its connectors.

    What was used before is read from the ledger once a period, at its first
    attempt; after that this process counts by itself. A wall clock that was wrong for
    a moment finds what was counted before: `REMEMBERED`.
    """

    def __init__(self, allowances: tuple[Allowance, ...], kit: Kit) -> None:
        self._allowances = allowances
        self._kit = kit
        self._reading = asyncio.Lock()
        self._connectors: set[str] = set()

    def join(self, connector: str) -> None:
        """Count this connector's attempts, too."""
        self._connectors.add(connector)

    async def take(self, connector: str) -> Sequence[Period]:
        """
        Take one attempt, and give the periods that it was taken from.

        Raises `QuotaSpent`, and `LedgerDown` while nobody knows what was used.
        """
        periods = self._at(self._kit.clock.utc()) or await self._begun()
        if any(period.spent for period in periods):
            raise QuotaSpent(connector, "quota")
        for period in periods:
            period.used += 1
        return periods

    def give_back(self, taken: Sequence[Period]) -> None:
        """Count an attempt no longer, as the bureau never saw it."""
        for period in taken:
            period.used -= 1

    def close(self, taken: Sequence[Period]) -> None:
        """Take the bureau's word that its quota is spent: for its day, if it has one of days."""
        taken[0].closed = True

    def _at(self, now: datetime) -> Sequence[Period]:
        """Give the periods of this moment; none, where not all of them are known."""
        known = [allowance.at(now) for allowance in self._allowances]
        periods = [period for period in known if period is not None]
        return periods if len(periods) == len(known) else ()

    async def _begun(self) -> Sequence[Period]:
        """Find out what was used of periods that have just begun."""
        async with self._reading:
            now = self._kit.clock.utc()
            for allowance in self._allowances:
                if allowance.at(now) is None:
                    since, until = allowance.bounds(now)
                    names = frozenset(self._connectors)
                    used = await self._kit.history.attempts(names, since, until)
                    allowance.begin(since, until, used)
            return self._at(now)
