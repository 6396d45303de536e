"""The cache that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from connectors.faults import ConfigError
from connectors.keeping import Leasing, Unshared
from connectors.kit import Clock, Drawn, Secrets

from ...config.settings import Settings
from ...security.cache_keys import CacheKeys
from .events import Watch, unwatched
from .memory import MemoryCache
from .shared.answers import SharedCache
from .shared.lane import BUDGET, Lane, Line
from .tiers import TieredCache

AnyCache = MemoryCache | TieredCache


@dataclass(frozen=True, slots=True)
class Tools:
    """What a cache needs besides its settings."""

    clock: Clock
    random: Random
    watch: Watch = unwatched
    told: Callable[[str], None] = lambda _: None
    """Hears ``cache_lost`` and ``cache_found``."""
    budget: float = BUDGET
    """Seconds that a look-up waits at most for what processes share."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A cache, and what a kit needs of it."""

    store: AnyCache
    names: tuple[bytes, ...] = field(repr=False)
    """Key the names of answers, the current one first."""

    @property
    def lease(self) -> Leasing:
        return self.store.lease if isinstance(self.store, TieredCache) else Unshared


@asynccontextmanager
async def opened(
    settings: Settings, root: Path, secrets: Secrets, tools: Tools
) -> AsyncIterator[Opened]:
    """Keep a cache open until the block is left, and what it was told has gone out."""
    cache = open_cache(settings, root, secrets, tools)
    await cache.store.start()
    try:
        yield cache
    finally:
        await cache.store.aclose()


def open_cache(settings: Settings, root: Path, secrets: Secrets, tools: Tools) -> Opened:
    """Lay out; nothing is connected before `start`. Raises `ConfigError`."""
    said = settings.stores.cache
    keys = [
        CacheKeys.of(secrets.read(name).reveal(), f"keys.cache[{index}]")
        for index, name in enumerate(settings.keys.cache)
    ] or [CacheKeys.of(secrets.read(settings.keys.master).reveal(), "keys.master")]
    near = MemoryCache(tools.clock, largest=said.memory, watch=tools.watch)
    store: AnyCache = near
    if said.redis is not None:
        line = _line(said.redis, None if said.ca is None else root / said.ca)
        store = tiered(near, line, keys, said.namespace, tools)
    return Opened(store, tuple(each.names for each in keys))


def tiered(
    near: MemoryCache, line: Line, keys: Sequence[CacheKeys], namespace: str, tools: Tools
) -> TieredCache:
    """Put a shared cache behind one of this process."""
    lane = Lane(line, tools.clock, tools.watch, tools.told, tools.budget)
    far = SharedCache(lane, keys, namespace, tools.clock, tools.random, tools.watch)
    return TieredCache(near, far, tools.clock, Drawn(tools.random), tools.watch)


def _line(url: str, ca: Path | None) -> Line:
    try:
        from .shared.client import RedisLine  # noqa: PLC0415 - an extra, and slow
    except ImportError:
        at = ("stores", "cache", "redis")
        raise ConfigError("needs an extra: pip install 'bureau-gateway[redis]'", at) from None
    return RedisLine(url, ca)
