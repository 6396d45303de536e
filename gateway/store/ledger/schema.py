"""The ledger's tables in SQLite: rows are added, and never changed or removed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from connectors.errors import LedgerDown

VERSION = 1

LOCK_TIMEOUT = 0.2
"""Seconds for which another process may hold the file before a commit fails."""

TABLES = {
    "inquiries": """
        inquiry_id TEXT NOT NULL, tenant TEXT NOT NULL, caller TEXT NOT NULL,
        product TEXT NOT NULL, purpose TEXT, consent_id TEXT, consent_expires_at TEXT,
        subject_token TEXT NOT NULL, decision TEXT NOT NULL, reason TEXT NOT NULL,
        connectors TEXT NOT NULL, config_version TEXT NOT NULL, at TEXT NOT NULL
    """,
    "intents": """
        call_id TEXT NOT NULL, attempt INTEGER NOT NULL, inquiry_id TEXT NOT NULL,
        tenant TEXT NOT NULL, connector TEXT NOT NULL, effect TEXT NOT NULL,
        subject_token TEXT NOT NULL, purpose TEXT NOT NULL, consent_id TEXT,
        config_version TEXT NOT NULL, our_reference TEXT NOT NULL, at TEXT NOT NULL
    """,
    "outcomes": """
        call_id TEXT NOT NULL, outcome TEXT NOT NULL, billed TEXT NOT NULL,
        cost TEXT NOT NULL, currency TEXT NOT NULL, bureau_reference TEXT NOT NULL,
        latency_ms REAL NOT NULL, at TEXT NOT NULL
    """,
    "served": """
        inquiry_id TEXT NOT NULL, tenant TEXT NOT NULL, connector TEXT NOT NULL,
        served_from TEXT NOT NULL, call_id TEXT NOT NULL, at TEXT NOT NULL
    """,
}
"""Columns by table. None of them holds anything of a person."""


INDEXES = (
    "CREATE UNIQUE INDEX intents_call_id ON intents (call_id)",
    # Not unique: what a call cost may become known later, and is then another row. The last counts.
    "CREATE INDEX outcomes_call_id ON outcomes (call_id)",
)


def insert(table: str) -> str:
    """Write the statement that adds rows, which it takes as one JSON array of arrays."""
    columns = range(TABLES[table].count(",") + 1)
    values = ", ".join(f"json_extract(value, '$[{column}]')" for column in columns)
    return f"INSERT INTO {table} SELECT NULL, {values} FROM json_each(?)"  # noqa: S608 - ours


def connect(path: Path) -> sqlite3.Connection:
    """
    Open the ledger for its one writer, and make its tables where there are none.

    SQLite before 3.51.3 may corrupt a WAL that two connections write or checkpoint
    at once, so there is one of these, and it does its own checkpoints.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the ledger to look at it."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _prepare(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise LedgerDown("the ledger's file system can not hold a write-ahead log")
    # Less than FULL loses the last commits when the power fails.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA mmap_size = 0")
    # The writer does it between commits; see `GroupCommit`.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # Else a REPLACE would remove a row behind the triggers' back.
    connection.execute("PRAGMA recursive_triggers = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        _create(connection)
    elif version != VERSION:
        raise LedgerDown(f"the ledger is of version {version}, and this gateway of {VERSION}")


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} (seq INTEGER PRIMARY KEY, {columns})")
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
    for index in INDEXES:
        connection.execute(index)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
