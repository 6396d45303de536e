"""Writes a batch of entries to PostgreSQL in one commit; knows no task and no queue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from ...writing.entry import BadRow, Ended, Entry
from ...writing.outage import Cause, Unwritten
from ...writing.steps import Found, arun
from ..book.writing import Book
from .connecting import GONE, ROWS_FAULT, fetch


class PostgresWriter:
    """Holds the one connection that writes, and makes another after a failure."""

    def __init__(self, book: Book, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._book = book
        self._connection: Any = None

    async def open(self) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            await arun(self._book.opened(), self._ask)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*GONE):
                await connection.close(timeout=1.0)

    async def write(self, batch: list[Entry]) -> list[Ended]:
        """Write all or, where one of them is at fault, all but that one."""
        try:
            return await self._commit(batch)
        except ROWS_FAULT as error:
            await self._drop()
            if _forked(error):
                # A commit that we had given up was made after all: we go on behind it.
                return _down(batch, error)
            if len(batch) > 1:
                return [ended for entry in batch for ended in await self.write([entry])]
            return [(batch[0].written, BadRow(_names(error)))]
        except Exception as error:  # noqa: BLE001 - a driver that lost its server raises what it likes
            await self._drop()
            return _down(batch, error)

    async def _commit(self, batch: Sequence[Entry]) -> list[Ended]:
        await self.open()
        await self._connection.execute("BEGIN")
        wanted = [entry for entry in batch if not entry.given_up]
        ended = await arun(self._book.write(wanted), self._ask)
        try:
            await self._connection.execute("COMMIT")
        except GONE:
            # It may have been made, and only its word was lost: the chain knows.
            await self._drop()
            before = self._book.chain.tip
            await self.open()
            if self._book.chain.tip == before or not self._book.reached:
                raise
        self._book.committed()
        return ended

    async def _drop(self) -> None:
        """Let go of a connection that failed, without a word to its server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
        await asyncio.sleep(0)

    async def _ask(self, sql: str, arguments: tuple[object, ...]) -> Found:
        return await fetch(self._connection, sql, arguments)


def _down(batch: Sequence[Entry], error: Exception) -> list[Ended]:
    cause = Cause.of(error)
    return [(entry.written, Unwritten("the ledger can not be written", cause)) for entry in batch]


def _forked(error: Exception) -> bool:
    """Whether two links wanted one place in our chain."""
    name = getattr(error, "constraint_name", None) or ""
    return isinstance(error, asyncpg.UniqueViolationError) and name.endswith("_chain")


def _names(error: Exception) -> str:
    """Name the rule that was broken; the message itself may quote the value."""
    return getattr(error, "constraint_name", None) or type(error).__name__
