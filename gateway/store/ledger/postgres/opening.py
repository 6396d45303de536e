"""A ledger in PostgreSQL, put together, and its tables brought up to date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from connectors.errors import LedgerDown
from connectors.faults import ConfigError

from ...writing.outage import Cause
from ...writing.patience import PATIENCE
from ..book.dialect import Postgresql
from ..book.writing import Book
from ..keeping.instance import Instance
from ..keeping.leases import LEASED
from ..keeping.means import Means
from ..keeping.owed import Owed
from ..keeping.recovery import Recovery
from ..migrations.running import migrate
from ..stored import StoredLedger
from .batch_writer import PostgresWriter
from .connecting import connect, plain
from .group_commit import PostgresCommits
from .heads import HeadsTable
from .reading import PooledReading

# Several processes may start at once, and one of them brings the tables up to date.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('bureau-gateway ledger tables'))")


class MigratedCommits(PostgresCommits):
    """Has the tables up to date before it writes."""

    def __init__(
        self, url: str, key: bytes, writer: PostgresWriter, *, patience: float = PATIENCE
    ) -> None:
        super().__init__(writer, patience=patience)
        self._url = url
        self._key = key

    async def start(self) -> None:
        # By itself first: a migration that fails is another fault than a server that is away.
        (await connect(plain(self._url))).terminate()
        await prepare(self._url, self._key)
        await super().start()


async def prepare(url: str, key: bytes) -> None:
    """Bring the tables up to date, all or nothing. Raises `LedgerDown`."""
    driver = make_url(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(driver, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(_ALONE)
            await connection.run_sync(migrate, key)
    except (SQLAlchemyError, OSError) as error:
        # From None: the error may quote where the database is.
        cause = Cause.of(getattr(error, "orig", None) or error)
        told = f"{cause.error} {cause.reason}".strip()
        raise LedgerDown(f"the ledger's tables can not be brought up to date ({told})") from None
    finally:
        await engine.dispose()


def at_url(
    url: str,
    means: Means,
    *,
    patience: float = PATIENCE,
    connect: Callable[[str], Awaitable[Any]] = connect,
) -> StoredLedger:
    """Describe a ledger; nothing is connected before it is started."""
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("is no database's URL", ("stores", "ledger")) from None
    chain, dsn = means.chain(), plain(url)
    writer = PostgresWriter(Book(Postgresql(), chain), partial(connect, dsn))
    commits = MigratedCommits(url, means.key, writer, patience=patience)
    reading, heads = PooledReading(dsn), HeadsTable(dsn, means.key)
    recovery = Recovery(commits, reading, heads, LEASED, means.clock, chain)
    instance = Instance(chain, commits, heads, recovery, Owed(commits))
    return StoredLedger(commits, reading, instance, means.sealed, means.clock, means.currency)
