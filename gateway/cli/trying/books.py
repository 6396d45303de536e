"""Where a call from the command line is written down: the folder's own ledger, held alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from ...store.ledger.sqlite.connecting import InUse
from ...store.ledger.sqlite.opening import in_file
from ...store.ledger.stored import StoredLedger
from ...stores import Stores, means_of
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
    random = SystemRandom()
    stores = Stores.of(folder.settings, folder.root, keys, clock, random)
    ledger = stores.ledger
    if other is not None:
        ledger = in_file(other, means_of(folder.settings, keys, clock, random))
    await _start(ledger)
    try:
        if other is not None:
            # A gateway may be running on the folder's other stores.
            yield _books(folder, keys, ledger, JobsInMemory())
        else:
            # What is PENDING at the end is followed up by the gateway, once it starts.
            await _prepare(stores.jobs.shelf)
            yield _books(folder, keys, ledger, stores.jobs)
    finally:
        await ledger.aclose()
        await stores.jobs.shelf.aclose()


def _books(
    folder: OpenFolder, keys: Keys, ledger: StoredLedger, jobs: JobsInMemory | StoredJobs
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


async def _start(ledger: StoredLedger) -> None:
    try:
        await ledger.start()
    except InUse as error:
        message = f"{error}: stop the gateway, or name another file by --ledger"
        raise LedgerDown(message) from None
