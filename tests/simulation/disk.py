"""The ledger's database, written by the one thread that there is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import partial
from pathlib import Path

from connectors.errors import LedgerDown
from gateway.store.ledger.schema import connect
from gateway.store.writing.batch_writer import BatchWriter, Entry, Row
from gateway.store.writing.group_commit import LARGEST_BATCH, PATIENCE


@unique
class Fsync(StrEnum):
    """How one commit ends."""

    WRITTEN = "written"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    """It was written, and whoever waits is told that it was not."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What the disk does with one batch."""

    seconds: float = 0.002
    ends: Fsync = Fsync.WRITTEN


def open_ledger(path: Path) -> sqlite3.Connection:
    """Open as the gateway does; what a power failure would take is no question here."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


class InlineCommits:
    """
    Stands for `GroupCommit`, with its promises and without its thread.

    What was queued and not committed when its process dies is lost.
    """

    def __init__(
        self,
        path: Path,
        commit: Callable[[], Commit],
        told: Callable[[list[Entry], Commit], None],
    ) -> None:
        self._writer = BatchWriter(partial(open_ledger, path))
        self._commit = commit
        self._told = told
        self._queue: list[Entry] = []
        self._waiting: deque[tuple[float, Entry]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._busy = False
        self.dead = False

    async def start(self) -> None:
        self._writer.open()

    async def aclose(self) -> None:
        while self._queue or self._busy:
            await asyncio.sleep(0.01)
        self.die()

    def die(self) -> None:
        self.dead = True
        self._writer.close()

    def put(self, *rows: Row) -> asyncio.Future[None]:
        if self.dead:
            raise LedgerDown("the ledger is closed")
        loop = asyncio.get_running_loop()
        entry = Entry(rows, loop.create_future())
        self._waiting.append((loop.time() + PATIENCE, entry))
        if self._watch is None:
            self._watch = loop.call_later(PATIENCE, self._give_up, loop)
        self._queue.append(entry)
        if not self._busy:
            self._begin(loop)
        return entry.written

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        commit = self._commit()
        self._busy = True
        loop.call_later(commit.seconds, self._end, loop, commit)

    def _end(self, loop: asyncio.AbstractEventLoop, commit: Commit) -> None:
        batch, self._queue = self._queue[:LARGEST_BATCH], self._queue[LARGEST_BATCH:]
        self._busy = False
        self._told(batch, commit)
        if commit.ends is Fsync.FAILED:
            ended: list[tuple[asyncio.Future[None], Exception | None]] = [
                (entry.written, LedgerDown("simulated")) for entry in batch
            ]
        else:
            ended = self._writer.write(batch)
        for written, error in ended:
            failure = LedgerDown("simulated") if commit.ends is Fsync.AMBIGUOUS else error
            if written.done():
                continue
            if failure is None:
                written.set_result(None)
            else:
                written.set_exception(failure)
        if self._queue:
            self._begin(loop)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting, self._watch = self._waiting, None
        while waiting and (waiting[0][1].written.done() or waiting[0][0] <= loop.time()):
            _, entry = waiting.popleft()
            if not entry.written.done():
                entry.written.set_exception(LedgerDown("the ledger is not writing"))
        if waiting:
            self._watch = loop.call_at(waiting[0][0], self._give_up, loop)
