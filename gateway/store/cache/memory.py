"""Replies kept in this process, bounded in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from cachetools import TLRUCache

from connectors.contract import Reply
from connectors.kit import Clock

ENTRY, NOTE = 1_024, 160
"""Bytes that an entry and a field note of it take, roughly, besides the texts we measure."""


@dataclass(frozen=True, slots=True)
class _Kept:
    reply: Reply
    ttl: float
    size: int


class MemoryCache:
    """
    Least recently used goes first; each reply goes after its own time.

    Gives back the reply as it was put: what a reused reply costs, and where it
    was taken from, is for the layer that reuses it to say.
    """

    def __init__(self, clock: Clock, *, largest: int) -> None:
        """`largest` in bytes, all entries together."""
        self._largest = largest
        self._kept: TLRUCache[str, _Kept] = TLRUCache(
            largest,
            ttu=lambda _, kept, now: now + kept.ttl,
            timer=clock.now,
            getsizeof=lambda kept: kept.size,
        )

    async def get(self, key: str) -> Reply | None:
        kept = self._kept.get(key)
        return None if kept is None else kept.reply

    async def put(self, key: str, reply: Reply, ttl: float) -> None:
        size = _size(key, reply)
        # Written so that a ttl that is not a number is not kept either.
        if not ttl > 0 or size > self._largest:
            # What was there is older than this reply, and must not outlive it.
            self._kept.pop(key, None)
            return
        self._kept[key] = _Kept(reply, ttl, size)

    @property
    def size(self) -> int:
        """Bytes in use, as far as they are counted."""
        return int(self._kept.currsize)


def _size(key: str, reply: Reply) -> int:
    notes = sum(NOTE + len(path) for path in reply.meta)
    return ENTRY + len(key) + len(reply.user_info) + notes
