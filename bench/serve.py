"""The gateway under test, in a process of its own. `python -m bench.serve WORK [PROFILE]`."""

from __future__ import annotations

import os
import sys
from cProfile import Profile
from pathlib import Path

import uvloop

from gateway.app import Streams, running
from gateway.cli.process import settle_memory
from gateway.stores import Stores

from .ledger_off import without_ledger
from .process import serve_until_told

CONFIG = Path(__file__).parent / "config"


async def main(work: Path, profile: Path | None) -> None:
    """Serve; with a profile, of the event loop's thread from the first inquiry on."""
    log, protected = work / "gateway.log", work / "protected.log"
    with log.open("a") as lines, protected.open("a") as words:
        stores = without_ledger if os.environ.get("BENCH_LEDGER") == "off" else Stores.of
        streams = Streams(lines, words)
        async with running(CONFIG, dict(os.environ), streams, stores_of=stores) as gateway:
            settle_memory()  # as `bureau-gateway serve` does
            watch = Profile()
            if profile is not None:
                watch.enable()
            await serve_until_told(gateway.port)
            if profile is not None:
                watch.disable()
                watch.dump_stats(profile)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))  # noqa: PLR2004 - an optional argument
