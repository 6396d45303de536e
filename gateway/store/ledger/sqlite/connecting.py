"""Opens the file: locked for one process, its tables brought up to date, its one writer set."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from connectors.errors import LedgerDown

from ...writing.batch_writer import Connection
from ..migrations.running import migrate

LOCK_TIMEOUT = 0.2
"""Seconds for which a reader's lock may hold a commit up before it fails."""

STATEMENTS = 512
"""Prepared and kept: rows are added by one statement for each number of them."""


class InUse(LedgerDown):
    """Another process has the ledger's file."""


class FileLock:
    """Held as long as the process lives: a second one on the same file is refused."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def take(self) -> None:
        """Raise `LedgerDown` where somebody else has it."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._file.with_name(f"{self._file.name}.lock"), _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise InUse(f"{self._file} is in use by another process") from None
        self._descriptor = descriptor

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


_FLAGS = os.O_RDWR | os.O_CREAT


def connect(path: Path) -> sqlite3.Connection:
    """
    Open the ledger for its one writer.

    SQLite before 3.51.3 may corrupt a WAL that two connections write or checkpoint
    at once, so there is one of these, and it does its own checkpoints. It makes no
    file: see `Place`.
    """
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw",
        uri=True,
        timeout=LOCK_TIMEOUT,
        isolation_level=None,
        cached_statements=STATEMENTS,
    )
    try:
        settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def settle(connection: Connection) -> None:
    """Set a connection so that what it commits is durable."""
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise LedgerDown("the ledger's file system can not hold a write-ahead log")
    # Less than FULL loses the last commits when the power fails.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA mmap_size = 0")
    # The writer does it between commits; see `GroupCommit`.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # Else a REPLACE would remove a row behind the triggers' back.
    connection.execute("PRAGMA recursive_triggers = ON")
    # What an earlier connection left in the log and could not sync goes to the file, and
    # the log begins anew: what follows must not stand behind what may not be on the disk.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def prepare(connection: sqlite3.Connection, key: bytes) -> None:
    """Bring the tables up to date, all or nothing. Raises `LedgerDown`."""
    engine = create_engine(
        "sqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as bound:
            migrate(bound, key)
    except SQLAlchemyError as error:
        raise LedgerDown("the ledger's tables can not be brought up to date") from error


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the ledger to look at it."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None
    )
    connection.execute("PRAGMA query_only = ON")
    return connection
