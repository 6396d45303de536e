"""Reconciliation as long as a gateway runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from connectors.dedupe.status_query import StatusQuery
from connectors.kit import Clock

from ..background import Background
from ..store.ledger.stored import StoredLedger
from .asking import Inquirer, Reconciler
from .contract import LedgerBooks


@asynccontextmanager
async def reconciling(
    ledger: StoredLedger, statuses: Mapping[str, StatusQuery], clock: Clock, config_version: str
) -> AsyncIterator[Reconciler]:
    """Ask after what is unknown until the block is left; `statuses` by connector."""
    inquirers = {
        name: Inquirer(status, timedelta(seconds=status.after)) for name, status in statuses.items()
    }
    reconciler = Reconciler(LedgerBooks(ledger, clock), inquirers, clock, config_version)
    asking = Background(reconciler.run)
    if inquirers:
        asking.start()
    try:
        yield reconciler
    finally:
        await asking.aclose()
