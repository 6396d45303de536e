"""Many callers' rows in one commit, made by a task of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial

from connectors.errors import LedgerDown

from ...writing.batch import take
from ...writing.entry import Entry, Row
from ...writing.outage import OVERDUE, Outage
from ...writing.patience import PATIENCE, Patience
from .batch_writer import PostgresWriter


class PostgresCommits:
    """The discipline of `writing.group_commit`: a batch is what was queued meanwhile."""

    def __init__(self, writer: PostgresWriter, *, patience: float = PATIENCE) -> None:
        self._writer = writer
        self.outage = Outage()
        self._patience = Patience(patience, partial(self.outage.lost, OVERDUE))
        self._queued: deque[Entry] = deque()
        self._more = asyncio.Event()
        self._open = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._writer.open()
        self._open = True
        self._task = asyncio.create_task(self._run())

    async def aclose(self) -> None:
        self._open = False
        self._more.set()
        if self._task is not None:
            await asyncio.shield(self._task)
            self._task = None
        await self._writer.close()
        self._patience.close()

    def put(self, *rows: Row, guard: object = None) -> asyncio.Future[None]:
        if not self._open:
            raise LedgerDown("the ledger is closed")
        entry = self._patience.entry(rows, guard)
        self._queued.append(entry)
        self._more.set()
        return entry.written

    async def _run(self) -> None:
        while self._open or self._queued:
            self._more.clear()
            while batch := take(self._queued):
                self.outage.settle(await self._writer.write(batch))
            if self._open:
                await self._more.wait()
