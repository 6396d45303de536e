"""How long callers wait for their rows, and how many of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from connectors.errors import LedgerDown

from .entry import Entry, Row

LONGEST_QUEUE = 10_000
"""Entries; who comes after that is refused at once."""

PATIENCE = 0.24
"""Seconds after which a caller is told that its rows are not proved to be written."""

BEAT = 0.04
"""Seconds between two looks at the clock while anybody waits."""

STANDSTILL = 2 * BEAT
"""Seconds: what passes beyond it between two looks is nobody's fault, and not counted."""


class Patience:
    """
    Makes entries, and fails those that are overdue: no lock or disk keeps a caller longer.

    Only time in which this process ran is held against the ledger. A collector's round, or a
    machine that lets it wait, stops the writing thread too; and to give up a row of an answer
    that is paid for makes its outcome unknown.
    """

    def __init__(self, patience: float, overdue: Callable[[], None] = lambda: None) -> None:
        """`overdue` is called where an entry was given up."""
        self._patience = patience
        self._overdue = overdue
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.Handle | None = None
        self._ran = 0.0
        self._looked = 0.0

    def entry(self, rows: tuple[Row, ...], guard: object = None) -> Entry:
        """Make an entry that ends in time. Raises `LedgerDown` where too many wait already."""
        if len(self._waiting) >= LONGEST_QUEUE and self._still_waiting() >= LONGEST_QUEUE:
            raise LedgerDown("the ledger's queue is full")
        loop = asyncio.get_running_loop()
        written = loop.create_future()
        self._waiting.append((self._running(loop) + self._patience, written))
        if self._timer is None:
            self._watch(loop)
        return Entry(rows, written, guard)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _still_waiting(self) -> int:
        """Forget those in front who know already, and count the others."""
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()
        return len(self._waiting)

    def _running(self, loop: asyncio.AbstractEventLoop) -> float:
        """Tell how long the loop has run, as far as that was looked at."""
        now = loop.time()
        self._ran += min(now - self._looked, STANDSTILL)
        self._looked = now
        return self._ran

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        wait = min(BEAT, self._waiting[0][0] - self._ran)
        self._timer = loop.call_later(wait, self._beat, loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running(loop)
        # One turn later: a loop that was held up hears first what was written meanwhile.
        self._timer = loop.call_soon(self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        # Sums of fractions: by a clock that stands until the next timer they may never meet.
        waiting, over, given_up = self._waiting, self._running(loop) + 1e-6, False
        while waiting and (waiting[0][1].done() or waiting[0][0] <= over):
            _, written = waiting.popleft()
            if not written.done():
                given_up = True
                written.set_exception(LedgerDown("the ledger is not writing"))
        if given_up:
            self._overdue()
        if waiting:
            self._watch(loop)
