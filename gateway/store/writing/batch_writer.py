"""Writes a batch of entries to SQLite in one commit; knows no thread and no queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from connectors.errors import LedgerDown

from .entry import BadRow, Ended, Entry
from .outage import Cause, Unwritten
from .steps import Found, Script, run

CHECKPOINT = 1_000
"""Entries after which the write-ahead log is moved to the file."""

_ROWS_FAULT = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
    TypeError,
    ValueError,
)


class Connection(Protocol):
    """As much of a connection as is needed; `sqlite3.Connection` is one."""

    def execute(self, sql: str, parameters: Any = (), /) -> Any: ...

    def close(self) -> None: ...


class BatchWriter:
    """Holds the one connection that writes, and opens another after a failure."""

    def __init__(self, connect: Callable[[], Connection], script: Script) -> None:
        self._connect = connect
        self._script = script
        self._connection: Connection | None = None
        self._unchecked = 0

    def open(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
            try:
                run(self._script.opened(), self._ask)
            except BaseException:
                self.close()
                raise
        return self._connection

    def close(self) -> None:
        """Drop the connection, which rolls back what is not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def write(self, batch: list[Entry]) -> list[Ended]:
        """Write all or, where one of them is at fault, all but that one."""
        try:
            return self._commit(batch)
        except _ROWS_FAULT as error:
            self._roll_back()
            if len(batch) > 1:
                return [ended for entry in batch for ended in self.write([entry])]
            return [(batch[0].written, _bad_row(error))]
        except (sqlite3.Error, OSError, LedgerDown) as error:
            # Nothing is tried again on a connection that failed: what the system dropped
            # of a failed sync, it would report as synced the next time.
            self.close()
            cause = Cause.of(error)
            return [
                (entry.written, Unwritten("the ledger can not be written", cause))
                for entry in batch
            ]

    def _roll_back(self) -> None:
        try:
            self.open().execute("ROLLBACK")
        except (sqlite3.Error, OSError, LedgerDown):
            self.close()

    def checkpoint(self) -> None:
        """Move the log's pages to the file: here and not in a commit, for which callers wait."""
        if self._connection is None or self._unchecked < CHECKPOINT:
            return
        self._unchecked = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error:
            self.close()

    def _commit(self, batch: Sequence[Entry]) -> list[Ended]:
        write = self.open().execute
        write("BEGIN IMMEDIATE")
        # Asked after the wait for the lock: whoever has been told meanwhile that its
        # rows failed must not find them written later.
        wanted = [entry for entry in batch if not entry.given_up]
        # Each statement hands the interpreter to the event loop and must win it back, so
        # a script makes few of them: under load that is most of the latency.
        ended = run(self._script.write(wanted), self._ask)
        write("COMMIT")
        self._script.committed()
        self._unchecked += len(wanted)
        return ended

    def _ask(self, statement: str, arguments: tuple[object, ...]) -> Found:
        if self._connection is None:
            raise LedgerDown("the ledger is closed")
        found: Found = self._connection.execute(statement, arguments).fetchall()
        return found


def _bad_row(error: Exception) -> BadRow:
    """SQLite's own messages name columns; others may quote the value."""
    return BadRow(str(error) if isinstance(error, sqlite3.Error) else type(error).__name__)
