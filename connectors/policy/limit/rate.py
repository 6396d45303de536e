"""Keeps to so many calls a second."""

from __future__ import annotations

from math import inf


class Pace:
    """A generic cell rate algorithm, with a burst of one second's worth."""

    __slots__ = ("_due", "rate")

    def __init__(self, rate: float) -> None:
        self.rate = rate
        """It may change: what was taken stays taken."""
        self._due = -inf

    def due(self, now: float) -> float:
        """Say when the next turn is, and take none."""
        interval = 1 / self.rate
        return max(self._due, now - max(1.0, self.rate) * interval + interval)

    def take(self, now: float) -> None:
        """Take the turn that is next."""
        self._due = self.due(now) + 1 / self.rate
