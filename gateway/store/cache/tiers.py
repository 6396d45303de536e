"""Two caches as one: the process's own, and behind it the one that processes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.keeping import Kept, Place
from connectors.kit import Clock, Tokens

from .events import CacheEvent, Watch
from .memory import Entry, MemoryCache
from .shared.answers import SharedCache
from .shared.leases import SharedLease

CHECKED = 30.0
"""Seconds after which it is asked again whether another process erased somebody."""


@dataclass(frozen=True, slots=True)
class TieredCache:
    """Where the shared cache is away, the near one goes on alone."""

    near: MemoryCache
    far: SharedCache
    clock: Clock
    tokens: Tokens
    watch: Watch

    async def get(self, place: Place, suits: Callable[[Kept], bool]) -> Kept | None:
        entry = self.near.find(place)
        if entry is not None and suits(entry.kept) and await self._stands(entry):
            self.watch(CacheEvent.NEAR_HIT)
            return entry.kept
        far = await self.far.get(place)
        if far is not None and self.near.is_erased(place, far):
            far = None
        # Looked up again: it may have gone, or come, while the other was asked.
        entry = self.near.find(place)
        near = None if entry is None else entry.kept
        if far is not None and (near is None or far.asked_at > near.asked_at):
            self.near.keep(place, far)
            self.watch(CacheEvent.FAR_HIT)
            return far
        self.watch(CacheEvent.MISS if near is None else CacheEvent.NEAR_HIT)
        return near

    async def put(self, place: Place, kept: Kept) -> None:
        if self.near.keep(place, kept):
            self.far.put(place, kept)

    async def forget(self, tenant: str, subject: str) -> None:
        """Erase what is kept of a person here and there. Raises `NotErased` if not there."""
        await self.near.forget(tenant, subject)
        await self.far.forget(tenant, subject)

    def lease(self, name: str) -> SharedLease:
        """Make the lease of a question, which is no secret: its name is keyed."""
        return SharedLease(self.far.lane, f"{self.far.namespace}:l:{name}", self.tokens.nonce())

    async def start(self) -> None:
        """Connect, without waiting for it."""
        self.far.lane.tell("PING")

    async def aclose(self) -> None:
        await self.far.lane.aclose()

    async def _stands(self, entry: Entry) -> bool:
        """Tell whether nobody erased its subject elsewhere; asked now and then."""
        now = self.clock.now()
        if now - entry.checked < CHECKED:
            return True
        entry.checked = now
        if await self.far.erased_since(entry.place, entry.kept.asked_at):
            self.watch(CacheEvent.ERASED)
            self.near.drop(entry.place)
            return False
        return True
