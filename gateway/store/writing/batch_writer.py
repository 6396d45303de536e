"""Writes a batch of rows to SQLite in one commit; lives in one thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import orjson

from connectors.errors import LedgerDown

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

Row = tuple[str, tuple[object, ...]]
"""A statement that takes rows as one JSON array, and the values of one row of them."""

Ended = tuple[asyncio.Future[None], Exception | None]
"""Whom to tell that its rows are durable, or why they are not."""


class BadRow(Exception):
    """A row breaks the rules of its table: a fault of ours, and of no other row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Rows that are written together or not at all, and who waits for them."""

    rows: tuple[Row, ...]
    written: asyncio.Future[None]

    @property
    def given_up(self) -> bool:
        """Whether its waiter was told that it failed; one that only left still wants its rows."""
        return self.written.done() and not self.written.cancelled()


class BatchWriter:
    """Holds the one connection that writes, and opens another after a failure."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._unchecked = 0

    def open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
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
            self._commit(batch)
        except _ROWS_FAULT as error:
            self.close()
            if len(batch) > 1:
                return [ended for entry in batch for ended in self.write([entry])]
            return [(batch[0].written, _bad_row(error))]
        except (sqlite3.Error, OSError, LedgerDown):
            self.close()
            return [(entry.written, LedgerDown("the ledger can not be written")) for entry in batch]
        return [(entry.written, None) for entry in batch]

    def checkpoint(self) -> None:
        """Move the log's pages to the file: here and not in a commit, for which callers wait."""
        if self._connection is None or self._unchecked < CHECKPOINT:
            return
        self._unchecked = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error:
            self.close()

    def _commit(self, batch: list[Entry]) -> None:
        write = self.open().execute
        write("BEGIN IMMEDIATE")
        # Asked after the wait for the lock: whoever has been told meanwhile that its
        # rows failed must not find them written later.
        wanted = [entry for entry in batch if not entry.given_up]
        # Each statement hands the interpreter to the event loop and must win it back, so
        # all rows of a table are one statement: under load that is most of the latency.
        for statement, rows in _by_statement(wanted).items():
            write(statement, (orjson.dumps(rows).decode(),))
        write("COMMIT")
        self._unchecked += len(wanted)


def _by_statement(entries: list[Entry]) -> dict[str, list[tuple[object, ...]]]:
    grouped: dict[str, list[tuple[object, ...]]] = {}
    for entry in entries:
        for statement, values in entry.rows:
            grouped.setdefault(statement, []).append(values)
    return grouped


def _bad_row(error: Exception) -> BadRow:
    """SQLite's own messages name columns; others may quote the value."""
    return BadRow(str(error) if isinstance(error, sqlite3.Error) else type(error).__name__)
