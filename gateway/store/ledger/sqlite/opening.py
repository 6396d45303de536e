"""A ledger in a SQLite file, put together; and one without threads, for simulations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from connectors.errors import LedgerDown

from ...writing.batch_writer import BatchWriter, Connection
from ...writing.commits import Commits
from ...writing.group_commit import GroupCommit
from ...writing.inline import InlineCommit
from ...writing.patience import PATIENCE
from ...writing.steps import run
from ..book.dialect import Sqlite
from ..book.writing import Book
from ..chain.growing import Chain
from ..chain.heads import Heads
from ..chain.heads_file import HeadsFile
from ..chain.shortfall import RowsMissing, shortfall
from ..keeping.instance import Instance
from ..keeping.leases import LOCKED
from ..keeping.means import Means
from ..keeping.owed import Owed
from ..keeping.recovery import Recovery
from ..reading.port import Reading
from ..stored import StoredLedger
from .connecting import FileLock, connect, prepare
from .place import Place
from .reading import FileReading, InlineReading


class LockedCommits(GroupCommit):
    """
    Holds the file's lock as long as it is open, and has its tables up to date.

    A ledger that lacks rows which its heads know of is not opened.
    """

    def __init__(
        self, path: Path, place: Place, heads: HeadsFile, writer: BatchWriter, patience: float
    ) -> None:
        super().__init__(writer, patience=patience)
        self._path = path
        self._place = place
        self._heads = heads
        self._lock = FileLock(path)

    async def start(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            self._prepare()
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

    def _prepare(self) -> None:
        known = self._heads.read()
        if known and self._place.is_empty:
            # Before a file is made: beside an empty one SQLite removes a log that has rows.
            raise self._missing("there is no ledger")
        self._place.take()
        with closing(connect(self._path)) as connection:
            prepare(connection, self._heads.key)
            short = run(shortfall(known), lambda *asked: connection.execute(*asked).fetchall())
        if short is not None:
            raise self._missing(
                f"instance {short.instance} has {short.found} of {short.signed} rows"
            )

    def _missing(self, what: str) -> RowsMissing:
        return RowsMissing(
            f"rows are missing in {self._path} that {self._heads.file} knows of ({what}), and what "
            "they say was bought would be bought again: put the ledger back to which these heads "
            "belong; or, to go on without those rows, move the heads file away"
        )


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
    chain, place, heads = means.chain(), Place(path, connect), heads_beside(path, means.key)
    writer = BatchWriter(place.connect, Book(Sqlite(), chain))
    commits = LockedCommits(path, place, heads, writer, patience)
    return put_together(means, chain, commits, FileReading(path), heads)


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
