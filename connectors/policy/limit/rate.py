"""Keeps to so many calls a second."""

from __future__ import annotations

from math import inf


class Pace:
    """A generic cell rate algorithm, with a burst of one second's worth."""

    __slots__ = ("_burst", "_due", "_interval")

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._burst = max(1.0, rate) * self._interval
        self._due = -inf

    def turn(self, now: float, until: float) -> float | None:
        """Take a turn, and say when it is; None, and none is taken, where that is too late."""
        due = max(self._due, now - self._burst + self._interval)
        if due >= until:
            return None
        self._due = due + self._interval
        return due
