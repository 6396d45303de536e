"""Leaves a store alone that does not answer, for ever longer."""

from __future__ import annotations

import math

FIRST, LONGEST = 0.1, 10.0
"""Seconds: after one failure, and after many."""
PROBE = 1.0
"""Seconds after which one that was let through, and of which nothing was heard, is forgotten."""


class StoreCircuit:
    """
    Opens at the first failure: a second one would cost its caller as much again.

    After a while one is let through, and closes it or opens it for twice as long.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._until = -math.inf
        self._probed = -math.inf

    @property
    def is_closed(self) -> bool:
        return self._failures == 0

    def lets(self, now: float) -> bool:
        """Whether the store is asked now."""
        if self.is_closed:
            return True
        if now < self._until or now < self._probed + PROBE:
            return False
        self._probed = now
        return True

    def worked(self) -> None:
        self._failures, self._probed = 0, -math.inf

    def failed(self, now: float) -> None:
        """Count a failure; those of one moment are one."""
        self._probed = -math.inf
        if now < self._until:
            return
        self._failures += 1
        self._until = now + min(LONGEST, FIRST * 2 ** (self._failures - 1))
