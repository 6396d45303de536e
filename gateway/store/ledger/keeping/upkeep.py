"""What is done for a ledger as long as it is open: signs of life, what is owed, and marks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from connectors.errors import LedgerDown
from connectors.kit import Clock

from .instance import Instance
from .leases import BEAT

MARKED = 60.0
"""Seconds between two marks, while rows are written."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What can not be done now is done the next time."""

    instance: Instance
    clock: Clock

    async def run(self) -> None:
        marked = self.clock.now()
        while True:
            await self.clock.sleep(BEAT)
            with suppress(LedgerDown):
                await self.instance.beat()
                await self.instance.owed.pay()
                if self.clock.now() - marked >= MARKED:
                    await self.instance.mark()
                    marked = self.clock.now()
