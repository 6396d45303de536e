"""Heads in a table of their own; each is told to the log as well, which is another place."""

from __future__ import annotations

from connectors.errors import LedgerDown

from ..chain.heads import Head, Mark
from ..tables import HEADS
from .connecting import GONE, connect, fetch

_LAST = f"SELECT {', '.join(HEADS)} FROM heads ORDER BY number DESC LIMIT 1"  # noqa: S608 - ours
_ALL = f"SELECT {', '.join(HEADS)} FROM heads ORDER BY number"  # noqa: S608 - ours
_ADD = f"INSERT INTO heads ({', '.join(HEADS)}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"  # noqa: S608 - ours

# Heads of all processes are one chain, so one is added at a time.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('bureau-gateway ledger heads'))"


class HeadsTable:
    """A connection for each head: one a minute."""

    def __init__(self, dsn: str, key: bytes) -> None:
        self._dsn = dsn
        self._key = key

    async def mark(self, mark: Mark) -> Head:
        connection = await connect(self._dsn)
        try:
            async with connection.transaction():
                await connection.execute(_ALONE)
                last = await fetch(connection, _LAST, ())
                head = mark.after(Head.of(tuple(last[0])) if last else None, self._key)
                await fetch(connection, _ADD, head.row)
        except GONE:
            raise LedgerDown("the ledger's heads can not be written") from None
        finally:
            connection.terminate()
        return head

    async def all(self) -> tuple[Head, ...]:
        connection = await connect(self._dsn)
        try:
            return tuple(Head.of(tuple(row)) for row in await fetch(connection, _ALL, ()))
        except GONE:
            raise LedgerDown("the ledger's heads can not be read") from None
        finally:
            connection.terminate()
