"""Tells the processes that share a Redis what is being asked."""

from __future__ import annotations

from .budget import Unreachable
from .lane import Lane
from .scripts import FREE


class SharedLease:
    """``SET name token NX PX``: a hint, which ends by itself where its owner has died."""

    def __init__(self, lane: Lane, name: str, token: str) -> None:
        self._lane = lane
        self._name = name
        self._token = token
        self._is_asked = False

    async def take(self, seconds: float) -> bool:
        # Before: a caller that is cancelled may have it all the same.
        self._is_asked = True
        life = max(1, round(seconds * 1000))
        try:
            taken = await self._lane.ask("SET", self._name, self._token, "NX", "PX", life)
        except Unreachable:
            return True
        return bool(taken)

    def free(self) -> None:
        if self._is_asked:
            self._is_asked = False
            self._lane.tell("EVAL", FREE, 1, self._name, self._token)
