"""Counts what a bureau was asked in its day and its month, and stops in time."""

from __future__ import annotations

import asyncio
from datetime import datetime

from ...errors import QuotaSpent
from ...kit import Kit
from .quota import Allowance


class Ration:
    """
    One bureau's quota, for all of its connectors.

    What was used before is read from the ledger once a period, at its first
    attempt; after that this process counts by itself.
    """

    def __init__(self, allowances: tuple[Allowance, ...], kit: Kit) -> None:
        self._allowances = allowances
        self._kit = kit
        self._reading = asyncio.Lock()
        self._connectors: set[str] = set()

    def join(self, connector: str) -> None:
        """Count this connector's attempts, too."""
        self._connectors.add(connector)

    async def take(self, connector: str) -> datetime:
        """
        Take one attempt, and give the moment of it.

        Raises `QuotaSpent`, and `LedgerDown` while nobody knows what was used.
        """
        now = self._kit.clock.utc()
        if any(allowance.over(now) for allowance in self._allowances):
            now = await self._begun()
        if any(allowance.spent for allowance in self._allowances):
            raise QuotaSpent(connector, "quota")
        for allowance in self._allowances:
            allowance.take()
        return now

    def give_back(self, taken: datetime) -> None:
        """Count an attempt no longer, as the bureau never saw it."""
        for allowance in self._allowances:
            allowance.give_back(taken)

    def close(self) -> None:
        """Take the bureau's word that its quota is spent: for its day, if it has one of days."""
        self._allowances[0].closed = True

    async def _begun(self) -> datetime:
        """Find out what was used of periods that have just begun; give the time by then."""
        async with self._reading:
            now = self._kit.clock.utc()
            for allowance in self._allowances:
                if allowance.over(now):
                    since = allowance.start(now)
                    names = frozenset(self._connectors)
                    allowance.begin(now, await self._kit.history.attempts(names, since))
        return now
