"""How the ledger is read: a statement, and the rows that it gives."""

from __future__ import annotations

from typing import Protocol

from ...writing.steps import Found


class Reading(Protocol):
    """Connections that only read. Raises `LedgerDown` where the database gives no answer."""

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def fetch(self, sql: str, *arguments: object) -> Found:
        """Give all rows; arguments are written ?1, ?2."""
        ...
