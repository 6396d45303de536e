"""Leaves a store alone that does not answer, for ever longer."""

from __future__ import annotations

import math

FIRST, LONGEST = 0.1, 10.0
"""Seconds: after one failure, and after many."""


class Circuit:
    """
    Opens at the first failure: a second one would cost its caller as much again.

    After a while one is let through, and closes it or opens it for twice as long.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._until = -math.inf
        self._is_probing = False

    @property
    def is_closed(self) -> bool:
        return self._failures == 0

    def lets(self, now: float) -> bool:
        """Whether the store is asked now."""
        if self.is_closed:
            return True
        if now < self._until or self._is_probing:
            return False
        self._is_probing = True
        return True

    def worked(self) -> None:
        self._failures, self._is_probing = 0, False

    def failed(self, now: float) -> None:
        """Count a failure; those of one moment are one."""
        self._is_probing = False
        if now < self._until:
            return
        self._failures += 1
        self._until = now + min(LONGEST, FIRST * 2 ** (self._failures - 1))
