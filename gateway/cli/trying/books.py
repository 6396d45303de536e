"""Where a call from the command line is written down: the folder's own ledger, held alone."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import NoReturn

from connectors.errors import LedgerDown
from connectors.kit import Kit
from connectors.rehearsal.jobs import JobsInMemory

from ...clock import LoopClock
from ...jobs.shelf import Shelf
from ...jobs.store import StoredJobs
from ...model import Credentials
from ...security.keys import Keys
from ...store.ledger.records import Records
from ...store.ledger.sqlite import SqliteLedger
from ...store.stores import Stores
from .folder import OpenFolder


@dataclass(frozen=True, slots=True)
class Books:
    """What is built with, and where grants are written."""

    kit: Kit
    keys: Keys
    records: Records


@asynccontextmanager
async def opened_books(folder: OpenFolder, other: Path | None) -> AsyncIterator[Books]:
    """Open the ledger, and where jobs outlive this command. Raises `LedgerDown`."""
    keys, clock = folder.keys(), LoopClock()
    stores = Stores.of(folder.settings, folder.root, keys, clock, SystemRandom())
    file = other or stores.ledger_file
    _refuse_if_open(file)
    ledger = SqliteLedger(file, clock, folder.settings.billing_currency)
    await ledger.start()
    try:
        if other is not None:
            # A gateway may be running on the folder's other stores.
            yield _books(folder, keys, ledger, JobsInMemory())
        else:
            # What is PENDING at the end is followed up by the gateway, once it starts.
            await _prepare(stores.jobs)
            yield _books(folder, keys, ledger, StoredJobs(stores.jobs))
    finally:
        await ledger.aclose()
        await stores.jobs.aclose()


def _books(
    folder: OpenFolder, keys: Keys, ledger: SqliteLedger, jobs: JobsInMemory | StoredJobs
) -> Books:
    records = Records(ledger, _nobody, keys.subject_token, (), folder.catalog.version)
    return Books(folder.kit(keys.cache, ledger, jobs), keys, records)


def _nobody(_: Credentials) -> NoReturn:
    """Only refusals ask who the caller was, and those are told to whoever sits here."""
    raise LookupError


async def _prepare(jobs: Shelf) -> None:
    url = jobs.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    await jobs.create()


def _refuse_if_open(file: Path) -> None:
    """
    Refuse a ledger that somebody else has open.

    SQLite before 3.51.3 may corrupt a write-ahead log that two connections write.
    Whoever asks for it alone is told whether there is another one.
    """
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            message = f"{file} is in use: stop the gateway, or name another file by --ledger"
            raise LedgerDown(message) from None
