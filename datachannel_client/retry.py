"""When a call that the gateway could not take is made again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True)
class Retry:
    """
    Full-jitter pauses, each on top of what the gateway asked to wait.

    Only UNAVAILABLE is retried, and always the same inquiry: the gateway says it
    only where nothing was sent.
    """

    attempts: int = 3
    first_pause: float = 0.1
    """Seconds."""
    longest_pause: float = 2.0
    random: Random = field(default_factory=Random, repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("attempts counts the first call too: at least 1")

    def pause(self, failed: int, retry_after: float | None) -> float | None:
        """Say how long to wait after so many failed attempts; None to give up."""
        if failed >= self.attempts:
            return None
        longest = min(self.longest_pause, self.first_pause * 2 ** (failed - 1))
        return (retry_after or 0.0) + self.random.uniform(0.0, longest)
