"""The same commits without a thread: for loops whose time and order are not the world's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from functools import partial

from connectors.errors import LedgerDown

from .batch import take
from .batch_writer import BatchWriter
from .entry import Entry, Row
from .outage import OVERDUE, Outage
from .patience import PATIENCE, Patience


class InlineCommit:
    """Writes what was queued in a turn of the loop at the end of that turn."""

    def __init__(self, writer: BatchWriter, *, patience: float = PATIENCE) -> None:
        self._writer = writer
        self.outage = Outage()
        self._patience = Patience(patience, partial(self.outage.lost, OVERDUE))
        self._queued: deque[Entry] = deque()
        self._open = False

    async def start(self) -> None:
        """Open the database. Raises `LedgerDown` where that fails."""
        try:
            self._writer.open()
        except (sqlite3.Error, OSError) as error:
            raise LedgerDown(str(error)) from error
        self._open = True

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            self._write()
            self._writer.close()
        self._patience.close()

    def put(self, *rows: Row, guard: object = None) -> asyncio.Future[None]:
        if not self._open:
            raise LedgerDown("the ledger is closed")
        entry = self._patience.entry(rows, guard)
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._write)
        self._queued.append(entry)
        return entry.written

    def _write(self) -> None:
        while batch := take(self._queued):
            self.outage.settle(self._writer.write(batch))
