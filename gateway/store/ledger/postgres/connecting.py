"""Connections to PostgreSQL, and its failures in words of ours."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg

from ...writing.outage import Cause, Unwritten
from ...writing.steps import Found

PATIENCE = 2.0
"""Seconds for a connection, or a statement, after which it is given up and another is made."""

GONE = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncio.TimeoutError,
    OSError,
)
"""What says that the database gives no answer."""

ROWS_FAULT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.exceptions.UntranslatableCharacterError,
    TypeError,
    ValueError,
)
"""What says that a row breaks the rules of its table."""

_ARGUMENT = re.compile(r"\?(\d+)")


async def connect(dsn: str) -> Any:
    """Connect for writing. Raises `Unwritten`, which does not quote where to."""
    try:
        return await asyncpg.connect(
            dsn,
            timeout=PATIENCE,
            command_timeout=PATIENCE,
            server_settings={
                "application_name": "bureau-gateway",
                "synchronous_commit": "on",
                # Who stalls in a commit keeps its row locked, and others from taking over.
                "idle_in_transaction_session_timeout": "5s",
            },
        )
    except (*GONE, ValueError) as error:
        # From None: the error may quote where the database is.
        raise Unwritten(_unreachable(error), Cause.of(error)) from None


def _unreachable(error: Exception) -> str:
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return "the ledger's database refuses our login"
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return "the ledger's server has no database of that name"
    return "the ledger's database can not be reached"


def placed(sql: str) -> str:
    """Write a statement's arguments as PostgreSQL wants them."""
    return _ARGUMENT.sub(r"$\1", sql)


async def fetch(connection: Any, sql: str, arguments: tuple[object, ...]) -> Found:
    """Ask one statement."""
    rows: Found = await connection.fetch(placed(sql), *arguments)
    return [tuple(row) for row in rows]


def plain(url: str) -> str:
    """Give a URL of SQLAlchemy's as the driver itself takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
