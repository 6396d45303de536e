"""Writes intents as fast as it can, and says of each that it is durable, until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.sqlite import SqliteLedger

from ..ledger_rows import question

WRITERS = 32


async def write(ledger: SqliteLedger, numbers: count[int]) -> None:
    for number in numbers:
        await ledger.intent(question(f"call-{number}"), Effect.CHARGEABLE)
        os.write(sys.stdout.fileno(), f"call-{number}\n".encode())


async def main(path: Path) -> None:
    ledger = SqliteLedger(path, LoopClock(), "EUR")
    await ledger.start()
    numbers = count()
    await asyncio.gather(*(write(ledger, numbers) for _ in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
