"""The one place where the time is read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class LoopClock:
    """
    The running event loop's clock, and the wall's.

    Monotonic time is the loop's own, so that a deadline compares with the timers
    that end a wait for it. It is therefore read inside a running loop only.
    """

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
