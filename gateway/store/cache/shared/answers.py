"""Answers kept in Redis, for all processes: sealed, each under its name, each for its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from connectors.keeping import Kept, Place
from connectors.kit import Clock

from ....security.cache_keys import CacheKeys
from ...sealing import Unsealable
from ..events import CacheEvent, Watch
from ..memory import LONGEST
from .budget import Unreachable
from .lane import Lane
from .scripts import FORGET, PUT
from .sealer import CacheSealer
from .written import Written

LARGEST = 2**20
"""Bytes of a value: a larger one would keep all others waiting."""
SKEW = 1.0
"""Seconds by which the clocks of two processes may differ."""
PATIENCE = 5.0
"""Seconds that an erasure waits: it must not be lost."""


class NotErased(Exception):
    """The shared store did not say that it has erased: it must be told again."""


@dataclass(frozen=True, slots=True)
class SharedCache:
    """Names, values and subjects by the current keys; those of earlier ones are still found."""

    lane: Lane
    keys: Sequence[CacheKeys]
    """The current one first."""
    namespace: str
    clock: Clock
    random: Random = field(repr=False)
    watch: Watch
    sealer: CacheSealer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sealer", CacheSealer(self.keys, self.random))

    async def get(self, place: Place) -> Kept | None:
        """Find what is kept there; nothing, where that can not be told in time."""
        names = [self._value(name) for name in place.names]
        try:
            found = await self.lane.look(*names)
        except Unreachable:
            return None
        for name, value in zip(place.names, found, strict=True):
            kept = self._opened(name, place.tenant, value)
            if kept is not None and kept.stale_until > self.clock.now():
                return kept
        return None

    def put(self, place: Place, kept: Kept) -> None:
        """Keep it; nobody waits until that is done."""
        name = self._value(place.name)
        lasts = min(LONGEST, kept.stale_until - self.clock.now())
        written = Written.of(kept, self.clock)
        value = self.sealer.seal(place.name, place.tenant, written) if lasts > 0 else b""
        if not value or len(value) > LARGEST:
            self.lane.tell("DEL", name)
            return
        tags = [each.tag(place.tenant, place.subject) for each in self.keys]
        keys = [name, self._set(tags[0]), *map(self._erased, tags)]
        life = max(1, round(lasts * 1000))
        self.lane.tell("EVAL", PUT, len(keys), *keys, value, life, _milliseconds(kept.asked_at))

    async def forget(self, tenant: str, subject: str) -> None:
        """Erase what is kept of a person. Raises `NotErased`."""
        now = _milliseconds(self.clock.utc()) + round(SKEW * 1000)
        for keys in self.keys:
            tag = keys.tag(tenant, subject)
            names = (self._set(tag), self._erased(tag))
            lasts = round(LONGEST * 1000)
            try:
                await self.lane.ask("EVAL", FORGET, 2, *names, now, lasts, patience=PATIENCE)
            except Unreachable:
                raise NotErased from None

    async def erased_since(self, place: Place, asked_at: datetime) -> bool:
        """Tell whether a person was erased since then, as far as can be told in time."""
        tags = [each.tag(place.tenant, place.subject) for each in self.keys]
        try:
            found = await self.lane.look(*map(self._erased, tags))
        except Unreachable:
            return False
        asked = _milliseconds(asked_at)
        return any(isinstance(each, bytes) and int(each) >= asked for each in found)

    def _opened(self, name: str, tenant: str, value: object) -> Kept | None:
        if not isinstance(value, bytes):
            return None
        try:
            return self.sealer.open(name, tenant, value).kept(self.clock)
        except Unsealable:
            self.watch(CacheEvent.UNSEALABLE)
            self.lane.tell("DEL", self._value(name))
            return None

    def _value(self, name: str) -> str:
        return f"{self.namespace}:v:{name}"

    def _set(self, tag: str) -> str:
        return f"{self.namespace}:s:{tag}"

    def _erased(self, tag: str) -> str:
        return f"{self.namespace}:e:{tag}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
