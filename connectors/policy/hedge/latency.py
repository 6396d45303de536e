"""How long a connector takes, at its slowest but for one in twenty."""

from __future__ import annotations

from collections import deque

KEPT, ENOUGH, ANEW = 100, 20, 10
"""Waits that are kept; that say anything; after which it is worked out anew."""
SHARE = 0.95
LEAST = 0.05
"""Seconds: an answer that is sooner is not late."""


class Latency:
    """The 95th percentile of the last waits."""

    __slots__ = ("_fresh", "_p95", "_waits")

    def __init__(self) -> None:
        self._waits: deque[float] = deque(maxlen=KEPT)
        self._p95: float | None = None
        self._fresh = 0

    def add(self, seconds: float) -> None:
        self._waits.append(seconds)
        self._fresh += 1

    @property
    def late(self) -> float | None:
        """After how many seconds an answer is late; None where too few are known."""
        if self._fresh >= (ENOUGH if self._p95 is None else ANEW):
            waits = sorted(self._waits)
            self._p95 = waits[int(len(waits) * SHARE)]
            self._fresh = 0
        return None if self._p95 is None else max(LEAST, self._p95)
