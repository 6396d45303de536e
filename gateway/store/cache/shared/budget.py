"""Ends waits that last too long, all of them by one timer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

LAG = 12
"""
Turns of the loop in which an answer still counts.

An idle loop takes them in no time. A busy one needs about as many to send, read and
hand on: what it was too busy for says nothing against the store.
"""


class Unreachable(Exception):
    """The store has not done it, or not told so in time."""


class Budget:
    """The same seconds for each wait: who began first is late first."""

    def __init__(self, seconds: float, late: Callable[[], None]) -> None:
        """`late` is called when waits have ended without their answers."""
        self._seconds = seconds
        self._late = late
        self._waits: deque[tuple[float, asyncio.Future[object]]] = deque()
        self._is_set = False

    def hold(self, answer: asyncio.Future[object]) -> None:
        """Fail an answer that has not come in time."""
        loop = answer.get_loop()
        due = loop.time() + self._seconds
        self._waits.append((due, answer))
        if not self._is_set:
            self._set(loop, due)

    def _set(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._is_set = True
        loop.call_at(due, self._turn, loop, LAG)

    def _turn(self, loop: asyncio.AbstractEventLoop, left: int) -> None:
        """Let the loop read first: what has arrived is not late, however late we look."""
        if left:
            loop.call_soon(self._turn, loop, left - 1)
        else:
            self._end(loop)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        now, late = loop.time(), False
        while self._waits and (self._waits[0][1].done() or self._waits[0][0] <= now):
            _, answer = self._waits.popleft()
            if not answer.done():
                answer.set_exception(Unreachable())
                late = True
        self._is_set = False
        if self._waits:
            self._set(loop, self._waits[0][0])
        if late:
            self._late()
