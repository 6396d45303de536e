"""What the cache tells of itself: closed words, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, unique


@unique
class CacheEvent(StrEnum):
    """What became of one look at a cache, or of one command to the shared one."""

    NEAR_HIT = "NEAR_HIT"
    """Found in this process."""
    FAR_HIT = "FAR_HIT"
    """Found where processes share."""
    MISS = "MISS"
    UNSEALABLE = "UNSEALABLE"
    """Found, and not written by us for this place: swapped, edited, or of a key long gone."""
    DEGRADED = "DEGRADED"
    """The shared cache did not do it in time, or was not even asked."""
    ERASED = "ERASED"
    """Not kept, or not given: its subject was erased since it was asked for."""


Watch = Callable[[CacheEvent], None]
"""Is told of each. Must not raise or wait."""


def unwatched(_: CacheEvent) -> None:
    """Nobody counts."""
