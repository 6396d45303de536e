"""Carries questions to a database of the lender's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, Literal

from pydantic import Field
from sqlalchemy import URL, Row, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ..contract import Attempt, Transport, Wire, WireReply
from ..errors import BrokeDown, ConnectorError, Lost, NotSent, Unreadable
from ..faults import ConfigError
from ..kit import Kit, Strict
from ..units import Seconds
from .rows import write_rows

DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
"""The drivers that do not block the loop."""

GRACE: Final = 0.25
"""Seconds that a server has to give a statement up by itself, before we hang up."""


class SqlPool(Strict):
    """The connections kept to one database."""

    max_connections: int = Field(default=10, ge=1)


class Sql(Strict):
    """A database, opened for reading."""

    kind: Literal["sql"]
    dsn: str
    """``sqlite:///data/lists.db`` (below the kit's folder) or ``postgresql://user@host/name``."""
    connect_timeout: Seconds = 1.0
    """From wanting a connection to having one, waiting for the pool included."""
    statement_timeout: Seconds = 5.0
    """After which the database gives a statement up, whether or not anybody waits for it."""
    pool: SqlPool = SqlPool()
    max_rows: int = Field(default=1000, ge=1)
    """More than these is no answer: rows cut off would look like rows that are not there."""

    def build(self, kit: Kit, bureau: str, dsn: str | None = None) -> Transport:
        """`dsn` is the field as its template was rendered, where it is one."""
        url = _url(kit, self.dsn if dsn is None else dsn)
        try:
            engine = create_async_engine(
                url,
                hide_parameters=True,
                pool_size=self.pool.max_connections,
                max_overflow=0,
                **(self._postgresql() if url.get_backend_name() == "postgresql" else {}),
            )
        except ModuleNotFoundError as error:
            raise ConfigError(f"dsn: needs the package {error.name}", ("dsn",)) from None
        except (ArgumentError, TypeError, ValueError):
            raise ConfigError(
                "dsn: has an option that its driver does not take", ("dsn",)
            ) from None
        return SqlTransport(bureau, engine, self)

    def _postgresql(self) -> dict[str, Any]:
        """Say it to the server too: it holds whatever becomes of us."""
        limit = f"{max(1, round(self.statement_timeout * 1000))}"
        settings = {
            "default_transaction_read_only": "on",
            "statement_timeout": limit,
            "idle_in_transaction_session_timeout": limit,
            "application_name": "bureau-gateway",
        }
        return {
            "execution_options": {"postgresql_readonly": True},
            "connect_args": {"server_settings": settings},
        }


def _url(kit: Kit, dsn: str) -> URL:
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        # A password with a colon passes for a port, and is what the error quotes.
        raise ConfigError("dsn: is no database URL", ("dsn",)) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None or url.drivername not in {url.get_backend_name(), driver}:
        raise ConfigError(f"dsn: begins with {' or '.join(DRIVERS.values())}", ("dsn",))
    url = url.set(drivername=driver)
    return _read_only_file(kit, url) if url.get_backend_name() == "sqlite" else url


def _read_only_file(kit: Kit, url: URL) -> URL:
    if not url.database or url.database.startswith((":", "file:")):
        raise ConfigError("dsn: names a file", ("dsn",))
    path = (kit.files / url.database).resolve()
    if not path.is_relative_to(kit.files.resolve()) and not url.database.startswith("/"):
        raise ConfigError("dsn: lies outside the folder of files", ("dsn",))
    return url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})


class SqlTransport:
    """
    Speaks SQLAlchemy on one side, and our own errors on the other.

    Its exceptions quote the statement and what was bound to it, so none of
    them is passed on.
    """

    def __init__(self, bureau: str, engine: AsyncEngine, config: Sql) -> None:
        self._bureau = bureau
        self._engine = engine
        self._config = config
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        if self._closed:
            raise NotSent(self._bureau, "closed")
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._config.connect_timeout):
                    connection = await stack.enter_async_context(self._engine.connect())
                wire.attempt.leave(self._bureau)
                columns, rows = await self._ask(connection, wire)
        except Exception as error:  # noqa: BLE001 (a driver's own pass SQLAlchemy by, and quote)
            raise self._failure(wire.attempt, error) from None
        if len(rows) > self._config.max_rows:
            raise Unreadable(self._bureau, "answer over max_rows")
        try:
            body = write_rows(columns, rows)
        except ValueError as error:
            raise Unreadable(self._bureau, str(error)) from None
        return WireReply(200, {"content-type": "application/json"}, body)

    async def aclose(self) -> None:
        self._closed = True
        await self._engine.dispose()

    async def _ask(
        self, connection: AsyncConnection, wire: Wire
    ) -> tuple[tuple[str, ...], Sequence[Row[tuple[object, ...]]]]:
        limit = self._config.statement_timeout
        raw = (await connection.get_raw_connection()).driver_connection
        # SQLite has no time limit of its own; and whoever gives up waits for its thread.
        timer = asyncio.get_running_loop().call_later(limit, _interrupt, raw)
        try:
            async with asyncio.timeout(limit + GRACE):
                # A stream, as an answer without one is held in memory before it can be counted.
                result = await connection.stream(text(wire.target), dict(wire.bound))
                rows = await result.fetchmany(self._config.max_rows + 1)
                await result.close()
        finally:
            timer.cancel()
        return tuple(result.keys()), rows

    def _failure(self, attempt: Attempt, error: Exception) -> ConnectorError:
        name = type(error).__name__
        if not attempt.sent:
            return NotSent(self._bureau, name)
        if isinstance(error, DBAPIError) and not error.connection_invalidated:
            return BrokeDown(self._bureau, name)
        return Lost(self._bureau, name)


def _interrupt(raw: Any) -> None:
    """Stop what a connection to a SQLite file is at, from outside of its thread."""
    if (connection := getattr(raw, "_conn", None)) is not None:
        connection.interrupt()
