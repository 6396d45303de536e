"""A ledger in a SQLite file, put together; and one without threads, for simulations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from connectors.errors import LedgerDown

from ...writing.batch_writer import BatchWriter, Connection
from ...writing.commits import Commits
from ...writing.group_commit import GroupCommit
from ...writing.inline import InlineCommit
from ...writing.patience import PATIENCE
from ..book.dialect import Sqlite
from ..book.writing import Book
from ..chain.growing import Chain
from ..chain.heads import Heads
from ..chain.heads_file import HeadsFile
from ..keeping.instance import Instance
from ..keeping.leases import LOCKED
from ..keeping.means import Means
from ..keeping.owed import Owed
from ..keeping.recovery import Recovery
from ..reading.port import Reading
from ..stored import StoredLedger
from .connecting import FileLock, connect, prepare
from .reading import FileReading, InlineReading


class LockedCommits(GroupCommit):
    """Holds the file's lock as long as it is open, and has its tables up to date."""

    def __init__(
        self, path: Path, key: bytes, writer: BatchWriter, *, patience: float = PATIENCE
    ) -> None:
        super().__init__(writer, patience=patience)
        self._path = path
        self._key = key
        self._lock = FileLock(path)

    async def start(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            with closing(connect(self._path)) as connection:
                prepare(connection, self._key)
        except (sqlite3.Error, OSError) as error:
            self._lock.release()
            raise LedgerDown(str(error)) from error
        except LedgerDown:
            self._lock.release()
            raise
        await super().start()

    async def aclose(self) -> None:
        await super().aclose()
        self._lock.release()


def heads_beside(path: Path, key: bytes) -> HeadsFile:
    """Find the heads of a ledger's file."""
    return HeadsFile(path.with_name(f"{path.name}.heads"), key)


def in_file(
    path: Path,
    means: Means,
    *,
    patience: float = PATIENCE,
    connect: Callable[[Path], Connection] = connect,
) -> StoredLedger:
    """Describe a ledger; no file is touched before it is started."""
    chain = means.chain()
    writer = BatchWriter(partial(connect, path), Book(Sqlite(), chain))
    commits = LockedCommits(path, means.key, writer, patience=patience)
    return put_together(means, chain, commits, FileReading(path), heads_beside(path, means.key))


def inline(connection: Connection, means: Means, heads: Heads) -> StoredLedger:
    """Describe a ledger on a connection with today's tables, which its owner closes."""
    chain = means.chain()
    writer = BatchWriter(lambda: _Kept(connection), Book(Sqlite(), chain))
    return put_together(means, chain, InlineCommit(writer), InlineReading(connection), heads)


def put_together(
    means: Means, chain: Chain, commits: Commits, reading: Reading, heads: Heads
) -> StoredLedger:
    """Make the ledger of one process that is the only one on its database."""
    recovery = Recovery(commits, reading, heads, LOCKED, means.clock, chain)
    instance = Instance(chain, commits, heads, recovery, Owed(commits))
    return StoredLedger(commits, reading, instance, means.sealed, means.clock, means.currency)


class _Kept:
    """Outlives the writer that closes it; what it had begun is rolled back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.execute = connection.execute

    def close(self) -> None:
        if getattr(self._connection, "in_transaction", False):
            self._connection.execute("ROLLBACK")
