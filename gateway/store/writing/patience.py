"""How long callers wait for their rows, and how many of them."""

from __future__ import annotations

import asyncio
from collections import deque

from connectors.errors import LedgerDown

from .entry import Entry, Row

LONGEST_QUEUE = 10_000
"""Entries; who comes after that is refused at once."""

PATIENCE = 0.24
"""Seconds after which a caller is told that its rows are not proved to be written."""


class Patience:
    """Makes entries, and fails those that are overdue: no lock or disk keeps a caller longer."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def entry(self, rows: tuple[Row, ...], guard: object = None) -> Entry:
        """Make an entry that ends in time. Raises `LedgerDown` where too many wait already."""
        if len(self._waiting) >= LONGEST_QUEUE and self._still_waiting() >= LONGEST_QUEUE:
            raise LedgerDown("the ledger's queue is full")
        loop = asyncio.get_running_loop()
        written = loop.create_future()
        self._waiting.append((loop.time() + self._patience, written))
        if self._timer is None:
            self._watch(loop, self._waiting[0][0])
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

    def _watch(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        # One turn after the timer: a loop that was held up hears first what was written meanwhile.
        self._timer = loop.call_at(due, loop.call_soon, self._give_up, loop)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        waiting, now = self._waiting, loop.time()
        while waiting and (waiting[0][1].done() or waiting[0][0] <= now):
            _, written = waiting.popleft()
            if not written.done():
                written.set_exception(LedgerDown("the ledger is not writing"))
        if waiting:
            self._watch(loop, waiting[0][0])
