"""Reads the file beside its writer."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import LedgerDown

from ...writing.batch_writer import Connection
from ...writing.steps import Found
from .connecting import connect_reader


@dataclass(frozen=True, slots=True)
class FileReading:
    """A connection and a thread for each question: they are few."""

    path: Path

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def fetch(self, sql: str, *arguments: object) -> Found:
        try:
            return await asyncio.to_thread(self._fetch, sql, arguments)
        except (sqlite3.Error, OSError) as error:
            raise LedgerDown("the ledger can not be read") from error

    def _fetch(self, sql: str, arguments: tuple[object, ...]) -> Found:
        with closing(connect_reader(self.path)) as connection:
            return connection.execute(sql, arguments).fetchall()


@dataclass(frozen=True, slots=True)
class InlineReading:
    """Reads on the connection that writes, in its thread: for a ledger without threads."""

    connection: Connection

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def fetch(self, sql: str, *arguments: object) -> Found:
        found: Found = self.connection.execute(sql, arguments).fetchall()
        return found
