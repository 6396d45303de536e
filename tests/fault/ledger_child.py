"""Writes intents as fast as it can, and says of each that it is durable, until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.stored import StoredLedger

from ..ledger_rows import question, sqlite_ledger

WRITERS = 32


async def write(ledger: StoredLedger, numbers: count[int]) -> None:
    for number in numbers:
        await ledger.intent(question(f"call-{number}"), Effect.CHARGEABLE)
        os.write(sys.stdout.fileno(), f"call-{number}\n".encode())


async def main(path: Path) -> None:
    ledger = sqlite_ledger(path, LoopClock())
    await ledger.start()
    numbers = count()
    await asyncio.gather(*(write(ledger, numbers) for _ in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
