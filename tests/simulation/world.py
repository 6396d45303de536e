"""What outlives a process: bureaus, the ledger's file, the shared cache, and time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from typing import Self

from pydantic import PrivateAttr

from connectors.bureau import Bureau, BureauSpec
from connectors.contract import Transport
from connectors.kit import Kit
from gateway.catalog.reading import Catalog, read_catalog, read_own_settings
from gateway.config.folder import Folder
from gateway.security.keys import Keys
from tests.fakes import FakeSecrets

from ..heads_in_memory import HeadsInMemory
from .disk import empty_ledger
from .network import Line, Network
from .plant import SOUND, Plant
from .shared_cache import SharedStore
from .trace import Trace
from .weather import Outside

CONFIG = Path(__file__).parent / "config"
EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MASTER = "5a" * 32
KEYS = Keys.of(MASTER, "the simulation")
SECRETS = FakeSecrets({"gate_user": "us", "gate_password": "them", "master_key": MASTER})


class Wired(BureauSpec):
    """A bureau as its file says, on wires of the simulation."""

    _line: Callable[[str], Line] = PrivateAttr()

    def on(self, line: Callable[[str], Line]) -> Self:
        self._line = line
        return self

    def build(self, kit: Kit, transport: Transport | None = None) -> Bureau:
        return super().build(kit, transport or self._line(self.name))


def _wired(spec: BureauSpec, line: Callable[[str], Line]) -> Wired:
    return Wired.model_construct(spec.model_fields_set, **dict(spec)).on(line)


@lru_cache
def catalog_of(root: Path) -> tuple[Catalog, Folder, str]:
    """Read a folder once; it gives its billing currency as well."""
    catalog, folder = read_catalog(root)
    return catalog, folder, read_own_settings(folder, {}).billing_currency


@dataclass(slots=True)
class Calendar:
    """Wall time, which may jump; monotonic time is the loop's, and never does."""

    jumps: Sequence[tuple[float, float]] = ()
    """From when on it is off, and by how much; in order."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        now = self.now()
        off = 0.0
        for since, seconds in self.jumps:
            if now >= since:
                off = seconds
        return EPOCH + timedelta(seconds=now + off)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class World:
    """One run's surroundings."""

    seed: str
    weather: Outside
    config: Path = CONFIG
    plant: Plant = SOUND
    trace: Trace = field(default_factory=Trace)
    calendar: Calendar = field(default_factory=Calendar)
    now: float = 0.0
    """The monotonic time at which the last process ended."""
    lives: int = 0
    version: int = 0
    """How often the config has changed."""
    ended: dict[str, float] = field(default_factory=dict)
    """When the ledger was first told how a call ended."""
    database: sqlite3.Connection = field(default_factory=partial(empty_ledger, KEYS.ledger))
    heads: HeadsInMemory = field(default_factory=partial(HeadsInMemory, KEYS.ledger))
    network: Network = field(init=False)
    shared: SharedStore = field(init=False)

    def __post_init__(self) -> None:
        catalog, _, _ = catalog_of(self.config)
        specs = {name: entry.spec for name, entry in catalog.connectors.items()}
        self.calendar.jumps = self.weather.jumps
        self.network = Network(specs, self.weather.passage, self.trace)
        self.shared = SharedStore(self.weather.look)

    @property
    def caps(self) -> Mapping[str, Decimal]:
        """What tenants may spend in a day; each has one caller here."""
        callers = (entry.spec for entry in catalog_of(self.config)[0].callers.values())
        return {
            each.tenant: each.limits.spend_per_day.amount
            for each in callers
            if each.limits.spend_per_day is not None
        }

    def catalog(self) -> Catalog:
        """Give the config as it is now, its bureaus on wires of this world."""
        catalog, _, _ = catalog_of(self.config)
        bureaus = {
            name: replace(entry, spec=_wired(entry.spec, partial(self.plant.line, self.network)))
            for name, entry in catalog.bureaus.items()
        }
        version = {"version": f"1.0.{self.version}"}
        connectors = {
            name: replace(entry, spec=self.plant.spec(entry.spec.model_copy(update=version)))
            for name, entry in catalog.connectors.items()
        }
        return replace(
            catalog,
            bureaus=bureaus,
            connectors=connectors,
            version=f"{catalog.version}.{self.version}",
        )

    def chance(self, use: str) -> Random:
        return Random(f"{self.seed}/{use}/{self.lives}")
