"""Reads the database beside its writer."""

from __future__ import annotations

from typing import Any

import asyncpg

from connectors.errors import LedgerDown

from ...writing.steps import Found
from .connecting import GONE, PATIENCE, fetch


class PooledReading:
    """A few connections, made when they are needed."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: Any = None

    async def start(self) -> None:
        try:
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=4,
                timeout=PATIENCE,
                command_timeout=10 * PATIENCE,
                server_settings={"default_transaction_read_only": "on"},
            )
        except (*GONE, ValueError):
            raise LedgerDown("the ledger's database can not be reached") from None

    async def aclose(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def fetch(self, sql: str, *arguments: object) -> Found:
        if self._pool is None:
            raise LedgerDown("the ledger is closed")
        try:
            async with self._pool.acquire(timeout=PATIENCE) as connection:
                return await fetch(connection, sql, arguments)
        except GONE:
            raise LedgerDown("the ledger can not be read") from None
