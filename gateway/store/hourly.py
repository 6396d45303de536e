"""What is done each hour as long as the stores are open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.errors import LedgerDown
from connectors.kit import Clock

HOUR = 3600.0


@dataclass(slots=True)
class Hourly:
    """Does all of it in turn; what can not be done now is done in an hour."""

    clock: Clock
    chores: tuple[Callable[[], Awaitable[None]], ...]
    _task: asyncio.Task[None] | None = field(default=None)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await self.clock.sleep(HOUR)
            for chore in self.chores:
                with suppress(LedgerDown):
                    await chore()
