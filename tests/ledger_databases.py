"""The databases that a ledger is kept in, each empty for each test."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from connectors.kit import Clock
from gateway.store.ledger.postgres.opening import at_url
from gateway.store.ledger.sqlite.opening import in_file
from gateway.store.ledger.stored import StoredLedger

from .ledger_rows import PATIENT, means


@dataclass(frozen=True, slots=True)
class Database:
    """A URL, and a way to do in it what no ledger would."""

    url: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def ledger(self, clock: Clock | None = None) -> StoredLedger:
        """Describe one that waits for a machine that is busy with other tests."""
        if self.is_sqlite:
            return in_file(self.path, means(clock), patience=PATIENT)
        return at_url(self.url, means(clock), patience=PATIENT)

    @asynccontextmanager
    async def opened(self, clock: Clock | None = None) -> AsyncIterator[StoredLedger]:
        ledger = self.ledger(clock)
        await ledger.start()
        try:
            yield ledger
        finally:
            await ledger.aclose()

    async def ask(self, sql: str) -> list[tuple[Any, ...]]:
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                return connection.execute(sql).fetchall()
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()


@asynccontextmanager
async def database(kind: str, folder: Path, postgres: Callable[[], str]) -> AsyncIterator[Database]:
    """Make one; a database of a PostgreSQL that is running, or a file."""
    if kind == "sqlite":
        yield Database(f"sqlite:///{folder}/ledger.db")
        return
    server, name = postgres(), f"ledger_{uuid4().hex}"
    await _tell(server, f"CREATE DATABASE {name}")
    yield Database(server.replace("/postgres?", f"/{name}?"))
    await _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _tell(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def killed(ledger: StoredLedger) -> None:
    """Leave a ledger as a process does that is killed: without a word."""
    commits: Any = ledger.commits
    await commits.aclose()
    await ledger.reading.aclose()
    await asyncio.sleep(0)
