"""The stores that the settings name, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from connectors.kit import Clock

from ..config.settings import Settings
from ..security.keys import Keys
from .ledger import SqliteLedger
from .memory_cache import MemoryCache
from .profile import Profiles
from .sealing import Sealer

PROFILE_KEY_ID = "1"
"""Names the key that profile rows are sealed with."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Ledger, cache and preset database; SQLite files are relative to the config folder."""

    ledger: SqliteLedger
    ledger_file: Path
    cache: MemoryCache
    profiles: Profiles

    @classmethod
    def of(cls, settings: Settings, root: Path, keys: Keys, clock: Clock, random: Random) -> Stores:
        """Describe; no file is touched before `start`."""
        ledger_file = root / settings.stores.ledger.removeprefix("sqlite:///")
        sealer = Sealer(PROFILE_KEY_ID, {PROFILE_KEY_ID: keys.profile}, random)
        return cls(
            ledger=SqliteLedger(ledger_file, clock, settings.billing_currency),
            ledger_file=ledger_file,
            cache=MemoryCache(clock, largest=settings.stores.cache.memory),
            profiles=Profiles.at(
                _located(settings.stores.profile, root), sealer, keys.subject, clock
            ),
        )

    async def start(self) -> None:
        """Create what is not there yet; whoever starts them closes them."""
        self.ledger_file.parent.mkdir(parents=True, exist_ok=True)
        url = self.profiles.engine.url
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        await self.ledger.start()
        await self.profiles.create()


def _located(url: str, root: Path) -> str:
    prefix = "sqlite:///"
    return f"{prefix}{root / url.removeprefix(prefix)}" if url.startswith(prefix) else url
