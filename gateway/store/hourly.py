"""What is done each hour as long as the stores are open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from connectors.errors import LedgerDown
from connectors.kit import Clock

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Hourly:
    """Does all of it in turn; what can not be done now is done in an hour."""

    clock: Clock
    chores: tuple[Callable[[], Awaitable[None]], ...]

    async def run(self) -> None:
        while True:
            await self.clock.sleep(HOUR)
            for chore in self.chores:
                with suppress(LedgerDown):
                    await chore()
