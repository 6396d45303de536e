"""A ledger on a file: open for as long as a block lasts, and locked by somebody else."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from gateway.store.ledger.stored import StoredLedger


@asynccontextmanager
async def opened(ledger: StoredLedger) -> AsyncIterator[StoredLedger]:
    await ledger.start()
    try:
        yield ledger
    finally:
        await ledger.aclose()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's write lock, as a forgotten shell would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
