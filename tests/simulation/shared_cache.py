"""A cache that other processes share: slow, forgetful, away at times, and never wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.contract import Reply


@dataclass(frozen=True, slots=True)
class Look:
    """What the cache does with one question."""

    seconds: float = 0.001
    lost: bool = False


@dataclass(slots=True)
class SharedCache:
    """Answers None rather than fail, as the port wants it."""

    look: Callable[[], Look]
    kept: dict[str, tuple[Reply, float]] = field(default_factory=dict)

    async def get(self, key: str) -> Reply | None:
        look = self.look()
        known = self.kept.get(key)
        now = asyncio.get_running_loop().time()
        # What it says is already old when it arrives.
        await asyncio.sleep(look.seconds)
        if known is None or look.lost or known[1] <= now:
            return None
        return known[0]

    async def put(self, key: str, reply: Reply, ttl: float) -> None:
        look = self.look()
        await asyncio.sleep(look.seconds)
        if not look.lost:
            self.kept[key] = (reply, asyncio.get_running_loop().time() + ttl)
