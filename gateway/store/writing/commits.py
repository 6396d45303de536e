"""The port of a writer: rows in, and a future for when they are durable."""

from __future__ import annotations

import asyncio
from typing import Protocol

from .entry import Row
from .outage import Outage


class Commits(Protocol):
    """Writes entries durably, in the order in which they are put."""

    outage: Outage
    """Tells, to whom it is given, when the database takes no rows."""

    async def start(self) -> None:
        """Open the database. Raises `LedgerDown` where that fails."""
        ...

    async def aclose(self) -> None:
        """Write what is queued, and take no more."""
        ...

    def put(self, *rows: Row, guard: object = None) -> asyncio.Future[None]:
        """Queue an entry at once; its future ends when it is durable, or not proved to be."""
        ...
