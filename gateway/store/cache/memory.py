"""Answers kept in this process, bounded in bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cachetools import TLRUCache, TTLCache

from connectors.contract import Reply
from connectors.keeping import Kept, Place
from connectors.kit import Clock

from .events import CacheEvent, Watch, unwatched

ENTRY, NOTE = 1_536, 160
"""Bytes that an entry and a field note of it take, roughly, besides the texts we measure."""
LONGEST = 400 * 86_400.0
"""Seconds for which anything is kept at most, and it is remembered that somebody was erased."""
MOST_ERASED = 1_000_000


@dataclass(slots=True)
class Entry:
    """One answer, and whose it is."""

    kept: Kept
    place: Place
    lasts: float
    size: int
    checked: float
    """When it was last known, in monotonic time, that its subject is not erased."""


class MemoryCache:
    """
    Least recently used goes first; each answer goes after its own time.

    Gives back the reply as it was put: what a reused reply costs, and where it
    was taken from, is for the layer that reuses it to say.
    """

    def __init__(self, clock: Clock, *, largest: int, watch: Watch = unwatched) -> None:
        """`largest` in bytes, all entries together."""
        self._clock = clock
        self._largest = largest
        self._watch = watch
        self._entries: TLRUCache[str, Entry] = TLRUCache(
            largest,
            ttu=lambda _, entry, now: now + entry.lasts,
            timer=clock.now,
            getsizeof=lambda entry: entry.size,
        )
        self._erased: TTLCache[tuple[str, str], datetime] = TTLCache(
            MOST_ERASED, LONGEST, timer=clock.now
        )

    async def get(self, place: Place, _suits: Callable[[Kept], bool]) -> Kept | None:
        entry = self.find(place)
        self._watch(CacheEvent.MISS if entry is None else CacheEvent.NEAR_HIT)
        return None if entry is None else entry.kept

    async def put(self, place: Place, kept: Kept) -> None:
        self.keep(place, kept)

    async def forget(self, tenant: str, subject: str) -> None:
        """Erase what is kept of a person, and do not keep what was asked for until now."""
        self._erased[tenant, subject] = self._clock.utc()
        for name, entry in list(self._entries.items()):
            if (entry.place.tenant, entry.place.subject) == (tenant, subject):
                self._entries.pop(name, None)

    async def start(self) -> None:
        """Nothing has to be opened."""

    async def aclose(self) -> None:
        """Nothing has to be closed."""

    def find(self, place: Place) -> Entry | None:
        for name in place.names:
            if (entry := self._entries.get(name)) is not None:
                return entry
        return None

    def keep(self, place: Place, kept: Kept) -> bool:
        """Keep it, unless its subject was erased since it was asked for; tell which."""
        if self.is_erased(place, kept):
            self._watch(CacheEvent.ERASED)
            return False
        lasts = min(LONGEST, kept.stale_until - self._clock.now())
        size = _size(place, kept.reply)
        if lasts <= 0 or size > self._largest:
            # What was there is older than this reply, and must not outlive it.
            self.drop(place)
        else:
            self._entries[place.name] = Entry(kept, place, lasts, size, self._clock.now())
        return True

    def drop(self, place: Place) -> None:
        for name in place.names:
            self._entries.pop(name, None)

    def is_erased(self, place: Place, kept: Kept) -> bool:
        erased = self._erased.get((place.tenant, place.subject))
        return erased is not None and kept.asked_at <= erased

    @property
    def size(self) -> int:
        """Bytes in use, as far as they are counted."""
        return int(self._entries.currsize)


def _size(place: Place, reply: Reply) -> int:
    notes = sum(NOTE + len(path) for path in reply.meta)
    named = len(place.name) + len(place.tenant) + len(place.subject)
    return ENTRY + named + len(reply.user_info) + notes
