"""Limits a wait by time in which this process ran."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final, final

STANDSTILL: Final = 0.05
"""Seconds by which a timer may ring late on a loop that is only busy."""
GRACE: Final = 0.25
"""Seconds, at most, in which what came during a standstill is read."""


@final
class within:  # noqa: N801 - it is written as `asyncio.timeout` is, which it stands for
    """
    Raise `TimeoutError` where its block takes more than so many seconds.

    A timer that rings late by more than `STANDSTILL` rings again, once: a collector's round, or
    a machine that let this process wait, is not held against whoever answered meanwhile. What
    has come lies in a socket that the loop has not read, and a plain timer would be before it.
    """

    __slots__ = ("_excused", "_seconds", "_timeout", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._excused = False
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._watch(asyncio.get_running_loop(), self._seconds)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _watch(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        due = loop.time() + seconds
        self._timer = loop.call_at(due, self._ring, loop, due)

    def _ring(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        if (late := now - due) > STANDSTILL and not self._excused:
            self._excused = True
            self._watch(loop, min(late, GRACE))
        else:
            # One turn later: what is read in this one is first.
            self._timeout.reschedule(now)
