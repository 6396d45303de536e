"""An event loop whose time passes only when nothing else is left to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Idle(selectors.DefaultSelector):
    """Never sleeps: it reports how long it would have slept."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everything waits, and nothing is due")
        self.time += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Hours pass in no time, and always in the same order."""

    def __init__(self) -> None:
        self.idle = Idle()
        super().__init__(self.idle)

    def time(self) -> float:
        return self.idle.time


class VirtualClock:
    """The loop's own time, on a day of our choice."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        return START + timedelta(seconds=self.now())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class WallClock(VirtualClock):
    """Its wall clock can be put wrong, and right again; monotonic time goes on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def utc(self) -> datetime:
        return super().utc() + self.ahead


LOOPS: Mapping[str, type[VirtualLoop]] = {"virtual": VirtualLoop}
