"""How many calls at once a connector bears, found out by asking."""

from __future__ import annotations

from math import inf

LEAST = 2
SHRUNK = 0.9


class Aimd:
    """
    Grows by one for as many answers as it allows, shrinks to nine tenths on trouble.

    Calls that were under way when it shrank say nothing new: so it shrinks at most
    once in a round trip. It begins with what the contract allows.
    """

    __slots__ = ("_answered", "_least", "_limit", "_most", "_shrunk")

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._least = float(min(LEAST, most))
        self._limit = float(most)
        self._answered = 0
        self._shrunk = -inf

    @property
    def places(self) -> int:
        return int(self._limit)

    def answered(self) -> None:
        self._answered += 1
        if self._answered >= self._limit:
            self._limit = min(self._most, self._limit + 1)
            self._answered = 0

    def troubled(self, begun: float, now: float) -> None:
        """Hear that a call of that time was not answered in time, or turned away."""
        if begun < self._shrunk:
            return
        self._limit = max(self._least, self._limit * SHRUNK)
        self._answered = 0
        self._shrunk = now
