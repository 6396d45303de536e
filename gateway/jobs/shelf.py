"""One database of sealed rows, each bound to its place and kept for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Delete, Table, Update, delete, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from connectors.errors import LedgerDown
from connectors.faults import ConfigError
from connectors.kit import Clock

from ..security.keys import length_prefixed
from ..store.sealing import Sealer, Unsealable
from .tables import LAPSING, METADATA, insert
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
        """Create what is not there yet, and forget what is kept no longer."""
        try:
            async with self.engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        await self.forget()

    async def forget(self) -> None:
        """Delete all rows that are kept no longer, but those of jobs: they end first."""
        try:
            async with self.engine.begin() as connection:
                for table in LAPSING:
                    await connection.execute(delete(table).where(table.c.kept_until < self._now()))
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
        query = select(table.c.sealed).where(*_at(table, keys), table.c.kept_until >= self._now())
        try:
            async with self.engine.connect() as connection:
                sealed = (await connection.execute(query)).scalar_one_or_none()
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        return None if sealed is None else self._opened(table, keys, sealed, kind)

    async def seen(
        self, table: Table, keys: tuple[str, ...], kind: type[T]
    ) -> tuple[T, bytes] | None:
        """Give what stands there, also past its time, and its seal: no two rows have the same."""
        query = select(table.c.sealed).where(*_at(table, keys))
        try:
            async with self.engine.connect() as connection:
                sealed: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        if sealed is None or (value := self._opened(table, keys, sealed, kind)) is None:
            return None
        return value, sealed

    async def change(
        self, table: Table, keys: tuple[str, ...], seal: bytes, value: object, kept_for: float
    ) -> bool:
        """Put `value` in the place of what was seen; false where that is there no longer."""
        row = self._row(table, keys, value, kept_for)
        statement = update(table).where(*_at(table, keys), table.c.sealed == seal)
        changed = {name: row[name] for name in ("sealed", "kept_until")}
        return await self._done(statement.values(changed))

    async def lapsed(self, table: Table) -> Sequence[tuple[str, ...]]:
        """Give the keys of all rows of a table that are past their time."""
        query = select(*table.primary_key).where(table.c.kept_until < self._now())
        try:
            async with self.engine.connect() as connection:
                return [tuple(row) for row in (await connection.execute(query)).all()]
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    async def all(self, table: Table, kind: type[T]) -> Sequence[T]:
        """Give all that stands in a table, also what is past its time and not forgotten yet."""
        query = select(*table.primary_key, table.c.sealed)
        try:
            async with self.engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None
        opened = (self._opened(table, tuple(row[:-1]), row[-1], kind) for row in rows)
        return [value for value in opened if value is not None]

    async def drop(self, table: Table, keys: tuple[str, ...], seal: bytes | None = None) -> bool:
        """Delete what is there, or only what was seen; false where that is there no longer."""
        statement = delete(table).where(*_at(table, keys))
        return await self._done(
            statement if seal is None else statement.where(table.c.sealed == seal)
        )

    async def _done(self, statement: Update | Delete) -> bool:
        try:
            async with self.engine.begin() as connection:
                return (await connection.execute(statement)).rowcount > 0
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    async def aclose(self) -> None:
        await self.engine.dispose()

    async def _insert(
        self, table: Table, keys: tuple[str, ...], value: object, kept_for: float, *, replace: bool
    ) -> int:
        row = self._row(table, keys, value, kept_for)
        statement = insert(table, self.engine.dialect.name, replace=replace)
        try:
            async with self.engine.begin() as connection:
                if not replace:
                    lapsed = table.c.kept_until < self._now()
                    await connection.execute(delete(table).where(*_at(table, keys), lapsed))
                written = await connection.execute(statement, row)
                return int(written.rowcount)
        except _FAILURES:
            raise LedgerDown("the database of jobs gives no answer") from None

    def _row(
        self, table: Table, keys: tuple[str, ...], value: object, kept_for: float
    ) -> dict[str, object]:
        names = [column.name for column in table.primary_key]
        return {
            **dict(zip(names, keys, strict=True)),
            "sealed": self.sealer.seal(write(value), _place(table, keys)),
            "kept_until": self._now() + round(kept_for * 1_000_000),
        }

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


def _at(table: Table, keys: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [column == key for column, key in zip(table.primary_key, keys, strict=True)]


def _place(table: Table, keys: tuple[str, ...]) -> bytes:
    return length_prefixed("jobs", table.name, *keys)


def _stamp(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
