"""A ledger that writes nothing, to measure what one costs; no setting leads here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, cast

from connectors.contract import Query, Reply
from connectors.kit import Clock, Ending
from connectors.words import Effect
from gateway.background import Background
from gateway.config.settings import Settings
from gateway.security.keys import Keys
from gateway.store.hourly import Hourly
from gateway.store.ledger.contract import CallRow
from gateway.store.ledger.keeping.upkeep import Upkeep
from gateway.store.ledger.stored import StoredLedger
from gateway.stores import Stores


class LedgerOff:
    """Has nothing, and does at once what it is asked for."""

    def __init__(self) -> None:
        self.reading = self
        self.instance = self
        self.owed = self
        self.commits = self
        self.outage = self
        self.announce: object = None
        self.told: object = None
        self.is_shared = False

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def beat(self) -> None: ...

    async def mark(self) -> None: ...

    async def pay(self) -> None: ...

    async def instances(self) -> tuple[frozenset[str], int]:
        return frozenset(), 0

    async def fetch(self, _sql: str, *_arguments: object) -> Sequence[Any]:
        return ((0,),)

    async def inquiry(self, *_: object) -> None: ...

    async def refusal(self, _: object) -> None: ...

    async def intent(self, query: Query, effect: Effect) -> None: ...

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None: ...

    async def served(self, _: object) -> None: ...

    async def close_claim(self, *_: object) -> None: ...

    async def claimed(self, _tenant: str, _inquiry_id: str) -> None: ...

    async def calls(self, _tenant: str, _inquiry_id: str) -> Sequence[CallRow]:
        return ()

    async def replies(self, _tenant: str, _inquiry_id: str) -> Mapping[str, Reply]:
        return {}


def without_ledger(
    settings: Settings, root: Path, keys: Keys, clock: Clock, random: Random
) -> Stores:
    """Lay out the stores, and nothing in the place of the ledger."""
    off: Any = LedgerOff()
    stores = Stores.of(settings, root, keys, clock, random)
    return replace(
        stores,
        ledger=cast("StoredLedger", off),
        upkeep=Background(Upkeep(off, clock).run),
        hourly=Background(Hourly(clock, ()).run),
    )
