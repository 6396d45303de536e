"""The ledger's database: it outlives processes, and fails as a disk does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache, partial
from typing import Any

from connectors.errors import LedgerDown
from gateway.store.ledger.book.dialect import Sqlite
from gateway.store.ledger.book.writing import Book
from gateway.store.ledger.keeping.means import Means
from gateway.store.ledger.sqlite.connecting import prepare
from gateway.store.writing.batch import take
from gateway.store.writing.batch_writer import BatchWriter
from gateway.store.writing.entry import Entry, Row
from gateway.store.writing.outage import OVERDUE, Outage
from gateway.store.writing.patience import PATIENCE, Patience


@unique
class Fsync(StrEnum):
    """How one commit ends."""

    WRITTEN = "written"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    """It is durable, and whoever commits is told that it failed."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What the disk does with one batch."""

    seconds: float = 0.002
    ends: Fsync = Fsync.WRITTEN


def empty_ledger(key: bytes) -> sqlite3.Connection:
    """Make a database with the ledger's tables, and none of its rows."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(_tables(key))
    connection.execute("PRAGMA recursive_triggers = ON")
    return connection


@cache
def _tables(key: bytes) -> bytes:
    """Migrate once: each episode begins with a copy."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        prepare(connection, key)
        return connection.serialize()


class Disk:
    """A connection of one writer; what it had begun when it closes is rolled back."""

    def __init__(self, connection: sqlite3.Connection, commits: InlineCommits) -> None:
        self._connection = connection
        self._commits = commits

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        if sql != "COMMIT" or self._commits.fate is Fsync.WRITTEN:
            return self._connection.execute(sql, parameters)
        if self._commits.fate is Fsync.AMBIGUOUS:
            self._connection.execute(sql)
        raise sqlite3.OperationalError("disk I/O error")

    def close(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


class InlineCommits:
    """
    Stands for `GroupCommit`, with its promises and without its thread.

    What was queued and not committed when its process dies is lost.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        means: Means,
        commit: Callable[[], Commit],
        told: Callable[[int, Commit], None],
    ) -> None:
        self.chain = means.chain()
        self.fate = Fsync.WRITTEN
        self._writer = BatchWriter(partial(Disk, connection, self), Book(Sqlite(), self.chain))
        self.outage = Outage()
        self._patience = Patience(PATIENCE, partial(self.outage.lost, OVERDUE))
        self._commit = commit
        self._told = told
        self._queued: deque[Entry] = deque()
        self._busy = False
        self.dead = False

    async def start(self) -> None:
        self._writer.open()

    async def aclose(self) -> None:
        while self._queued or self._busy:
            await asyncio.sleep(0.01)
        self.die()
        self._patience.close()

    def die(self) -> None:
        self.dead = True
        self._writer.close()

    def put(self, *rows: Row, guard: object = None) -> asyncio.Future[None]:
        if self.dead:
            raise LedgerDown("the ledger is closed")
        entry = self._patience.entry(rows, guard)
        self._queued.append(entry)
        if not self._busy:
            self._begin(asyncio.get_running_loop())
        return entry.written

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        commit = self._commit()
        self._busy = True
        loop.call_later(commit.seconds, self._end, loop, commit)

    def _end(self, loop: asyncio.AbstractEventLoop, commit: Commit) -> None:
        batch = take(self._queued)
        self.fate, self._busy = commit.ends, False
        self._told(len(batch), commit)
        self.outage.settle(self._writer.write(batch))
        if self._queued:
            self._begin(loop)
