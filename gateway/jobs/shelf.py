"""One database of sealed rows, each bound to its place and kept for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Table, delete, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from connectors.errors import LedgerDown
from connectors.faults import ConfigError
from connectors.kit import Clock

from ..security.keys import length_prefixed
from ..store.sealing import Sealer, Unsealable
from .tables import ALL, METADATA, insert
from .writing import read, write

T = TypeVar("T")

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAILURES = (SQLAlchemyError, OSError)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Keeps values of the house durably. Whatever fails is `LedgerDown`: the caller decides."""

    engine: AsyncEngine = field(repr=False)
    sealer: Sealer
    clock: Clock

    @classmethod
    def at(cls, url: str, sealer: Sealer, clock: Clock) -> Shelf:
        """Open the database at `url`, SQLite or PostgreSQL; nothing is connected yet."""
        try:
            parsed = make_url(url)
            driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
            # Parameters are keys and sealed values: no error may quote them.
            engine = create_async_engine(parsed.set(drivername=driver), hide_parameters=True)
        except (ArgumentError, ValueError):
            # From None: the error may quote the URL, and with it a password.
            raise ConfigError("is no database's URL", ("stores", "jobs")) from None
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _settle)
        return cls(engine, sealer, clock)

    async def create(self) -> None:
        """Create what is not there yet, and drop what is kept no longer."""
        now = _stamp(self.clock.utc())
        try:
            async with self.engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)
                for table in ALL:
                    await connection.execute(delete(table).where(table.c.kept_until < now))
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    async def put(
        self, table: Table, keys: tuple[str, ...], value: object, kept_for: float
    ) -> None:
        """Keep `value` for so many seconds, in the place of what was there."""
        await self._insert(table, keys, value, kept_for, replace=True)

    async def add(
        self, table: Table, keys: tuple[str, ...], value: object, kept_for: float
    ) -> bool:
        """Keep `value` unless something is there already; tell whether it was kept."""
        return await self._insert(table, keys, value, kept_for, replace=False) > 0

    async def get(self, table: Table, keys: tuple[str, ...], kind: type[T]) -> T | None:
        """Give what is kept there. A value that does not open is none: it was moved or edited."""
        where = [column == key for column, key in zip(table.primary_key, keys, strict=True)]
        query = select(table.c.sealed).where(*where, table.c.kept_until >= self._now())
        try:
            async with self.engine.connect() as connection:
                sealed = (await connection.execute(query)).scalar_one_or_none()
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        return None if sealed is None else self._opened(table, keys, sealed, kind)

    async def all(self, table: Table, kind: type[T]) -> Sequence[T]:
        """Give all that is kept in a table."""
        columns = (*table.primary_key, table.c.sealed)
        query = select(*columns).where(table.c.kept_until >= self._now())
        try:
            async with self.engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        opened = (self._opened(table, tuple(row[:-1]), row[-1], kind) for row in rows)
        return [value for value in opened if value is not None]

    async def drop(self, table: Table, keys: tuple[str, ...]) -> None:
        where = [column == key for column, key in zip(table.primary_key, keys, strict=True)]
        try:
            async with self.engine.begin() as connection:
                await connection.execute(delete(table).where(*where))
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    async def aclose(self) -> None:
        await self.engine.dispose()

    async def _insert(
        self, table: Table, keys: tuple[str, ...], value: object, kept_for: float, *, replace: bool
    ) -> int:
        names = [column.name for column in table.primary_key]
        row = {
            **dict(zip(names, keys, strict=True)),
            "sealed": self.sealer.seal(write(value), _place(table, keys)),
            "kept_until": self._now() + round(kept_for * 1_000_000),
        }
        statement = insert(table, self.engine.dialect.name, replace=replace)
        expired = [column == key for column, key in zip(table.primary_key, keys, strict=True)]
        try:
            async with self.engine.begin() as connection:
                if not replace:
                    gone = delete(table).where(*expired, table.c.kept_until < self._now())
                    await connection.execute(gone)
                written = await connection.execute(statement, row)
                return int(written.rowcount)
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    def _opened(
        self, table: Table, keys: tuple[str, ...], sealed: bytes, kind: type[T]
    ) -> T | None:
        try:
            return read(self.sealer.open(self.sealer.current, sealed, _place(table, keys)), kind)
        except (Unsealable, ValueError):
            return None

    def _now(self) -> int:
        return _stamp(self.clock.utc())


def _settle(connection: Any, _: object) -> None:
    """
    Let nobody wait for long, and keep what is committed over a loss of power.

    All who are handed off at one deadline are written down in what is left of it.
    """
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
    except BaseException:
        # It is not in the pool yet: nobody else would close it.
        connection.close()
        raise
    cursor.close()


def _place(table: Table, keys: tuple[str, ...]) -> bytes:
    return length_prefixed("jobs", table.name, *keys)


def _stamp(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
