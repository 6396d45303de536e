"""Many callers' rows in one commit, made by a thread of its own."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from connectors.errors import LedgerDown

from .batch_writer import BatchWriter, Ended, Entry, Row

LARGEST_BATCH = 64
"""Rows."""

LONGEST_QUEUE = 10_000
"""Entries; who comes after that is refused at once."""

PATIENCE = 0.24
"""Seconds after which a caller is told that its rows are not proved to be written."""


class GroupCommit:
    """
    Takes rows at once and tells later, through a future, that they are durable.

    A batch is what was queued while the one before it was being committed: it
    waits for nothing, and grows by itself as load does. A future that its waiter
    cancels changes nothing for the rows. One that fails with `LedgerDown` says
    that the rows are not proved to be there; those that no commit has begun to
    write by then are left out.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], *, patience: float = PATIENCE
    ) -> None:
        """`connect` is called in the writing thread, and again after a failure."""
        self._writer = BatchWriter(connect)
        self._patience = patience
        self._fresh: list[Entry] = []
        self._queue: SimpleQueue[list[Entry] | None] = SimpleQueue()
        self._taken: deque[Entry] = deque()
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None
        self._open = False

    async def start(self) -> None:
        """Open the database. Raises `LedgerDown` where that fails."""
        # A thread that wants the interpreter waits this long before it insists; at the
        # default of 5 ms, a loop that is busy in shorter turns never lets it in at all.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.001))
        self._loop = asyncio.get_running_loop()
        opened = self._loop.create_future()
        self._ended = self._loop.create_future()
        # A daemon, so that a disk that hangs for ever does not keep the process.
        args = (self._loop, opened, self._ended)
        Thread(target=self._run, args=args, name="ledger", daemon=True).start()
        await opened
        self._open = True

    async def aclose(self) -> None:
        """Write what is queued, and take no more."""
        if self._open:
            self._open = False
            self._hand_over()
            self._queue.put(None)
        if self._ended is not None:
            await asyncio.shield(self._ended)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def put(self, *rows: Row) -> asyncio.Future[None]:
        """Queue rows that are to be written together, after all queued before them."""
        if self._loop is None or not self._open:
            raise LedgerDown("the ledger is closed")
        if len(self._waiting) >= LONGEST_QUEUE and self._still_waiting() >= LONGEST_QUEUE:
            raise LedgerDown("the ledger's queue is full")
        written = self._loop.create_future()
        self._waiting.append((self._loop.time() + self._patience, written))
        if not self._fresh:
            # The thread is woken once for a whole turn of the loop: each waking hands the
            # interpreter to and fro, which costs more than the row.
            self._loop.call_soon(self._hand_over)
        self._fresh.append(Entry(rows, written))
        if self._timer is None:
            self._watch(self._loop, self._waiting[0][0])
        return written

    def _still_waiting(self) -> int:
        """Forget those in front who know already, and count the others."""
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()
        return len(self._waiting)

    def _hand_over(self) -> None:
        fresh, self._fresh = self._fresh, []
        if fresh:
            self._queue.put(fresh)

    def _watch(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        # One turn after the timer: a loop that was held up hears first what was written meanwhile.
        self._timer = loop.call_at(due, loop.call_soon, self._give_up, loop)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Fail what is overdue: neither a lock nor a hanging disk keeps a caller longer."""
        self._timer = None
        waiting, now = self._waiting, loop.time()
        while waiting and (waiting[0][1].done() or waiting[0][0] <= now):
            _, written = waiting.popleft()
            if not written.done():
                written.set_exception(LedgerDown("the ledger is not writing"))
        if waiting:
            self._watch(loop, waiting[0][0])

    def _run(
        self,
        loop: asyncio.AbstractEventLoop,
        opened: asyncio.Future[None],
        ended: asyncio.Future[None],
    ) -> None:
        try:
            self._writer.open()
            _tell(loop, [(opened, None)])
            while batch := self._take():
                _tell(loop, self._writer.write(batch))
                self._writer.checkpoint()
        except (sqlite3.Error, OSError, LedgerDown) as error:
            _tell(loop, [(opened, LedgerDown(str(error)))])
        finally:
            self._writer.close()
            _tell(loop, [(ended, None)])

    def _take(self) -> list[Entry]:
        """Wait for entries, and take with them what has queued up behind; none is the end."""
        taken = self._taken
        if not taken:
            self._more(self._queue.get())
        with suppress(Empty):
            while len(taken) < LARGEST_BATCH:
                if not self._more(self._queue.get_nowait()):
                    break
        batch, rows = [], 0
        while taken and rows < LARGEST_BATCH:
            batch.append(taken.popleft())
            rows += len(batch[-1].rows)
        return batch

    def _more(self, entries: list[Entry] | None) -> bool:
        """Take entries in; the end goes back, to be met again when all are written."""
        if entries is None:
            if self._taken:
                self._queue.put(None)
            return False
        self._taken.extend(entries)
        return True


def _settle(ended: list[Ended]) -> None:
    for future, error in ended:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


def _tell(loop: asyncio.AbstractEventLoop, ended: list[Ended]) -> None:
    """Wake the loop once for a whole batch."""
    # The loop may have gone without closing the ledger; then nobody waits either.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, ended)
