"""Counts over the last seconds."""

from __future__ import annotations

BUCKETS = 10


class Window:
    """
    How many calls there were lately, and how many of them were marked.

    What that means is for who counts: failures, retries. Ten buckets; the
    youngest is still being filled, and the eldest goes at once.
    """

    __slots__ = ("_at", "_calls", "_marked", "_width", "calls", "marked")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / BUCKETS
        self._at = 0
        self._calls = [0] * BUCKETS
        self._marked = [0] * BUCKETS
        self.calls = 0
        self.marked = 0

    @property
    def share(self) -> float:
        return self.marked / self.calls if self.calls else 0.0

    def add(self, now: float, calls: int = 1, marked: int = 0) -> None:
        self.turn(now)
        at = self._at % BUCKETS
        self._calls[at] += calls
        self._marked[at] += marked
        self.calls += calls
        self.marked += marked

    def turn(self, now: float) -> None:
        """Forget what is older than the window."""
        at = int(now / self._width)
        if at <= self._at:
            return
        for passed in range(max(self._at + 1, at - BUCKETS + 1), at + 1):
            bucket = passed % BUCKETS
            self.calls -= self._calls[bucket]
            self.marked -= self._marked[bucket]
            self._calls[bucket] = self._marked[bucket] = 0
        self._at = at

    def clear(self) -> None:
        self._calls = [0] * BUCKETS
        self._marked = [0] * BUCKETS
        self.calls = self.marked = 0
