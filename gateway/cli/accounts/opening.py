"""The ledger of a config folder, opened to be read beside a gateway, or to be written alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer

from connectors.errors import LedgerDown

from ...catalog.reading import CatalogError
from ...clock import LoopClock
from ...security.keys import Keys
from ...store.ledger.opening import opened_at
from ...store.ledger.sqlite.connecting import InUse
from ...store.ledger.stored import StoredLedger
from ...stores import located, means_of
from .. import printing, process
from ..trying.folder import OpenFolder

Config = Annotated[Path, typer.Option(exists=True, file_okay=False, help="The config folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
HERE = Path("config")


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """A ledger, and the folder whose it is."""

    folder: OpenFolder
    keys: Keys = field(repr=False)
    ledger: StoredLedger
    clock: LoopClock


def run(config: Path, work: Callable[[OpenLedger], Awaitable[int]], *, writes: bool) -> None:
    """
    Open the ledger, do the work, and exit with the code that comes out.

    Reading goes on beside a gateway. Writing takes a ledger in a file for itself.
    """
    process.run(_run(config, work, writes=writes))


async def _run(config: Path, work: Callable[[OpenLedger], Awaitable[int]], *, writes: bool) -> int:
    try:
        async with _opened(config, writes=writes) as found:
            return await work(found)
    except CatalogError as error:
        return printing.blame(error)
    except InUse as error:
        process.complain(f"{error}: stop the gateway first, or keep the ledger in PostgreSQL")
    except LedgerDown as error:
        process.complain(str(error) or "the ledger gives no answer")
    return process.FAILED


@asynccontextmanager
async def _opened(config: Path, *, writes: bool) -> AsyncIterator[OpenLedger]:
    folder = OpenFolder.at(config, process.environment())
    keys, clock = folder.keys(), LoopClock()
    means = means_of(folder.settings, keys, clock, SystemRandom())
    with folder.blamed():
        ledger = opened_at(located(folder.settings.stores.ledger, folder.root), means)
    opened = OpenLedger(folder, keys, ledger, clock)
    if writes:
        await ledger.start()
        try:
            yield opened
        finally:
            await ledger.aclose()
        return
    await ledger.reading.start()
    try:
        yield opened
    finally:
        await ledger.reading.aclose()
