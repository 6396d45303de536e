"""The store that processes share: slow, forgetful, away at times, and never wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from connectors.kit import Clock
from gateway.security.cache_keys import CacheKeys
from gateway.store.cache.memory import MemoryCache
from gateway.store.cache.opening import Opened, Tools, tiered
from gateway.store.cache.shared.batch import Command
from gateway.store.cache.shared.budget import Unreachable
from gateway.store.cache.shared.scripts import PUT
from tests.cache.lines import Remembering

NEAR: Final = 256 * 1024
"""Bytes that a process keeps itself: few enough to run out."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the store does with one batch."""

    seconds: float = 0.001
    lost: bool = False


@dataclass(slots=True)
class SharedStore:
    """As a process sees it, a line; its memory outlives them all."""

    look: Callable[[], Look]
    memory: Remembering = field(default_factory=Remembering)
    ends: dict[str, float] = field(default_factory=dict)
    """When what is kept under a name goes."""

    async def send(self, commands: Sequence[Command]) -> Sequence[object]:
        look = self.look()
        await asyncio.sleep(look.seconds)
        if look.lost:
            raise Unreachable
        now = asyncio.get_running_loop().time()
        for command in commands:
            for name in command[1:]:
                if self.ends.get(str(name), now + 1) <= now:
                    del self.ends[str(name)]
                    self.memory.values.pop(str(name), None)
        told = await self.memory.send(commands)
        for command, answer in zip(commands, told, strict=True):
            if answer and (lasting := _lasting(command)):
                self.ends[lasting[0]] = now + lasting[1]
        return told

    async def aclose(self) -> None:
        """Nothing is open."""


def _lasting(command: Command) -> tuple[str, float] | None:
    """Read under which name something is kept, and for how many seconds."""
    if command[0] == "SET" and "PX" in command:
        return str(command[1]), float(str(command[-1])) / 1000
    if command[0] == "EVAL" and command[1] == PUT:
        return str(command[3]), float(str(command[-2])) / 1000
    return None


def opened(store: SharedStore, master: str, clock: Clock, random: Random) -> Opened:
    """Put the two tiers together as the gateway does for a Redis."""
    keys = [CacheKeys.of(master, "the simulation")]
    tools = Tools(clock, random)
    cache = tiered(MemoryCache(clock, largest=NEAR), store, keys, "sim", tools)
    return Opened(cache, tuple(each.names for each in keys))
