"""The stores that the settings name, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from connectors.kit import Clock

from ..config.settings import Settings
from ..jobs.shelf import Shelf
from ..jobs.store import StoredJobs
from ..security.keys import Keys
from .hourly import Hourly
from .ledger.sqlite import SqliteLedger
from .profile import Profiles
from .raw_answers import NoAnswers, SealedAnswers
from .sealing import Sealer

KEY_ID = "1"
"""Names the key that rows are sealed with."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All that is kept; SQLite files are relative to the config folder."""

    ledger: SqliteLedger
    ledger_file: Path
    profiles: Profiles
    jobs: Shelf
    answers: SealedAnswers | NoAnswers
    hourly: Hourly

    @classmethod
    def of(cls, settings: Settings, root: Path, keys: Keys, clock: Clock, random: Random) -> Stores:
        """Describe; no file is touched before `start`."""
        ledger_file = root / settings.stores.ledger.removeprefix("sqlite:///")
        sealer = Sealer(KEY_ID, {KEY_ID: keys.profile}, random)
        jobs = Shelf.at(
            _located(settings.stores.jobs, root),
            Sealer(KEY_ID, {KEY_ID: keys.jobs}, random),
            clock,
        )
        answers = _answers(settings, root, Sealer(KEY_ID, {KEY_ID: keys.answers}, random), clock)
        return cls(
            ledger=SqliteLedger(ledger_file, clock, settings.billing_currency),
            ledger_file=ledger_file,
            profiles=Profiles.at(
                _located(settings.stores.profile, root), sealer, keys.subject, clock
            ),
            jobs=jobs,
            answers=answers,
            hourly=Hourly(clock, (jobs.forget, StoredJobs(jobs).lapse, answers.forget)),
        )

    async def start(self) -> None:
        """Create what is not there yet; whoever starts them closes them."""
        self.ledger_file.parent.mkdir(parents=True, exist_ok=True)
        for url in (self.profiles.engine.url, self.jobs.engine.url):
            if url.get_backend_name() == "sqlite" and url.database:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        await self.ledger.start()
        await self.profiles.create()
        await self.jobs.create()
        await self.answers.start()
        self.hourly.start()

    async def aclose(self) -> None:
        await self.hourly.aclose()
        await self.answers.aclose()
        await self.ledger.aclose()
        await self.jobs.aclose()
        await self.profiles.aclose()


def _located(url: str, root: Path) -> str:
    prefix = "sqlite:///"
    return f"{prefix}{root / url.removeprefix(prefix)}" if url.startswith(prefix) else url


def _answers(
    settings: Settings, root: Path, sealer: Sealer, clock: Clock
) -> SealedAnswers | NoAnswers:
    if settings.stores.answers is None:
        return NoAnswers()
    file = root / settings.stores.answers.removeprefix("sqlite:///")
    return SealedAnswers(file, sealer, clock, settings.stores.keep_answers)
