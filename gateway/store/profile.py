"""
The preset database: what this lender already knows of its customers.

Values are sealed to their row, and a customer's id is kept as a keyed hash, so that
the database by itself tells nothing about anyone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from connectors.faults import ConfigError
from connectors.kit import Clock

from ..security.keys import keyed_hash, length_prefixed
from ..subject.known import Forgetful, Stored
from .sealing import Sealer, Unsealable

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_METADATA = MetaData()
_TABLE = Table(
    "profile",
    _METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("customer", String(64), primary_key=True),
    Column("path", String(128), primary_key=True),
    Column("key_id", String(64), nullable=False),
    Column("value", LargeBinary, nullable=False),
    # Microseconds: databases disagree about time zones, and none about integers.
    Column("confirmed_at", BigInteger, nullable=False),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Typed values by tenant, customer and path, each with the time when it was last confirmed."""

    engine: AsyncEngine = field(repr=False)
    sealer: Sealer
    customer_key: bytes = field(repr=False)
    """Keys the hash of a customer's id."""
    clock: Clock

    @classmethod
    def at(cls, url: str, sealer: Sealer, customer_key: bytes, clock: Clock) -> Profiles:
        """Open the database at `url`, SQLite or PostgreSQL; nothing is connected yet."""
        try:
            parsed = make_url(url)
            driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
            # Parameters are customers' data, be they sealed: no error may quote them.
            engine = create_async_engine(parsed.set(drivername=driver), hide_parameters=True)
        except (ArgumentError, ValueError):
            # From None: the error may quote the URL, and with it a password.
            raise ConfigError("is no database's URL", ("stores", "profile")) from None
        return cls(engine, sealer, customer_key, clock)

    async def create(self) -> None:
        """Create what is not there yet. Raises `Forgetful` where the database fails."""
        try:
            async with self.engine.begin() as connection:
                await connection.run_sync(_METADATA.create_all)
        except (SQLAlchemyError, OSError):
            raise Forgetful("the preset database gives no answer") from None

    async def get(
        self, tenant: str, customer_id: str, paths: Sequence[str], max_age: float
    ) -> Mapping[str, Stored]:
        """
        Give what is known, and was confirmed in the last `max_age` seconds.

        A value that does not open is not given: it was moved, edited, or sealed
        with a key that is gone. Raises `Forgetful` where the database fails.
        """
        customer = self._customer(tenant, customer_id)
        oldest = _stamp(self.clock.utc() - timedelta(seconds=max_age))
        rows = select(_TABLE).where(
            _TABLE.c.tenant == tenant,
            _TABLE.c.customer == customer,
            _TABLE.c.path.in_(paths),
            _TABLE.c.confirmed_at >= oldest,
        )
        try:
            async with self.engine.connect() as connection:
                found = (await connection.execute(rows)).all()
        except (SQLAlchemyError, OSError):
            raise Forgetful from None
        known: dict[str, Stored] = {}
        for row in found:
            place = _place(tenant, customer, row.path, row.confirmed_at)
            try:
                value = _read(self.sealer.open(row.key_id, row.value, place))
            except Unsealable:
                _log.warning("a stored value of %s does not open", row.path)
                continue
            known[row.path] = Stored(value, _EPOCH + timedelta(microseconds=row.confirmed_at))
        return known

    async def put(
        self, tenant: str, customer_id: str, values: Mapping[str, object], confirmed_at: datetime
    ) -> None:
        """Keep values by path; what was confirmed later than these stays."""
        if not values:
            return
        customer = self._customer(tenant, customer_id)
        stamp = _stamp(confirmed_at)
        rows = [
            {
                "tenant": tenant,
                "customer": customer,
                "path": path,
                "key_id": self.sealer.current,
                "value": self.sealer.seal(_written(value), _place(tenant, customer, path, stamp)),
                "confirmed_at": stamp,
            }
            for path, value in values.items()
        ]
        dialect = sqlite if self.engine.dialect.name == "sqlite" else postgresql
        insert = dialect.insert(_TABLE)
        newer = insert.on_conflict_do_update(
            index_elements=list(_TABLE.primary_key),
            set_={name: insert.excluded[name] for name in ("key_id", "value", "confirmed_at")},
            where=_TABLE.c.confirmed_at <= insert.excluded.confirmed_at,
        )
        async with self.engine.begin() as connection:
            await connection.execute(newer, rows)

    async def erase(self, tenant: str, customer_id: str) -> int:
        """Forget a customer; gives how many values were kept."""
        rows = delete(_TABLE).where(
            _TABLE.c.tenant == tenant, _TABLE.c.customer == self._customer(tenant, customer_id)
        )
        async with self.engine.begin() as connection:
            return (await connection.execute(rows)).rowcount

    async def aclose(self) -> None:
        await self.engine.dispose()

    def _customer(self, tenant: str, customer_id: str) -> str:
        return keyed_hash(self.customer_key, tenant, customer_id)


def _place(tenant: str, customer: str, path: str, stamp: int) -> bytes:
    # The time is part of it: else an old value could be passed off as a fresh one.
    return length_prefixed("profile", tenant, customer, path, str(stamp))


def _stamp(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _written(value: object) -> bytes:
    if isinstance(value, date) and not isinstance(value, datetime):
        return json.dumps({"date": value.isoformat()}).encode()
    if isinstance(value, str | int):
        return json.dumps(value).encode()
    raise TypeError("a profile keeps text, whole numbers, booleans and dates")


def _read(written: bytes) -> object:
    value = json.loads(written)
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value
