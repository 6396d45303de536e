"""Processes of one gateway, as far as their caches go, all in this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random, SystemRandom

from connectors.contract import FieldNote, Reply
from connectors.keeping import Kept, Place
from connectors.kit import Clock
from connectors.words import FieldStatus, Outcome
from gateway.clock import LoopClock
from gateway.security.cache_keys import CacheKeys
from gateway.store.cache.events import CacheEvent
from gateway.store.cache.memory import MemoryCache
from gateway.store.cache.opening import Tools, tiered
from gateway.store.cache.shared.client import RedisLine
from gateway.store.cache.shared.lane import Line
from gateway.store.cache.tiers import TieredCache

KEY, NEWER = "aa" * 32, "bb" * 32
PATIENT = 1.0
"""Seconds: where not time is tested, a busy machine is given some."""
CANARY = "Zelda Canary 1979"


@dataclass
class Process:
    """One process's two caches, and what they told."""

    cache: TieredCache
    clock: Clock
    seen: Counter[CacheEvent] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        line: str | Line,
        keys: Sequence[str] = (KEY,),
        clock: Clock | None = None,
        random: Random | None = None,
        budget: float = PATIENT,
    ) -> Process:
        clock = clock or LoopClock()
        seen, said = Counter[CacheEvent](), list[str]()
        tools = Tools(
            clock,
            random or SystemRandom(),
            lambda event: seen.update([event]),
            said.append,
            budget,
        )
        cache = tiered(
            MemoryCache(clock, largest=2**24, watch=tools.watch),
            RedisLine(line) if isinstance(line, str) else line,
            [CacheKeys.of(key, "tests") for key in keys],
            "tests",
            tools,
        )
        return cls(cache, clock, seen, said)

    def kept(self, text: str = CANARY, seconds: float = 60, stale: float = 0) -> Kept:
        now, monotonic = self.clock.utc(), self.clock.now()
        fresh = monotonic + seconds
        meta = {"subject.name": FieldNote(FieldStatus.PRESENT, now)}
        reply = Reply("acme", "1.0.0", Outcome.HIT, text.encode(), meta, retrieved_at=now)
        return Kept(reply, now, monotonic, fresh, fresh + stale)

    async def put(self, at: Place, kept: Kept | None = None) -> None:
        """Put, and wait until it is there."""
        await self.cache.put(at, kept or self.kept())
        await self.flushed()

    async def get(self, at: Place, suits: Callable[[Kept], bool] = lambda _: True) -> str | None:
        kept = await self.cache.get(at, suits)
        return kept.reply.user_info.decode() if kept else None

    async def flushed(self) -> None:
        """Wait until all that was told has gone out."""
        await self.cache.far.lane.ask("PING", patience=5.0)


Start = Callable[..., Process]


def place(*names: str, tenant: str = "lender", subject: str = "s1") -> Place:
    return Place(names or ("n1",), tenant, subject)
