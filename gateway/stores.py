"""The stores that the settings name, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from connectors.kit import Clock

from .background import Background
from .config.settings import Settings
from .jobs.shelf import Shelf
from .jobs.store import StoredJobs
from .security.keys import Keys
from .store.hourly import Hourly
from .store.ledger.keeping.means import Means
from .store.ledger.keeping.upkeep import Upkeep
from .store.ledger.opening import opened_at
from .store.ledger.stored import StoredLedger
from .store.profile import Profiles
from .store.raw_answers import NoAnswers, SealedAnswers
from .store.sealing import Sealer

KEY_ID = "1"
"""Names the key that rows are sealed with."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All that is kept; SQLite files are relative to the config folder."""

    ledger: StoredLedger
    upkeep: Background
    profiles: Profiles
    jobs: StoredJobs
    answers: SealedAnswers | NoAnswers
    hourly: Background

    @classmethod
    def of(cls, settings: Settings, root: Path, keys: Keys, clock: Clock, random: Random) -> Stores:
        """Describe; no file is touched before `start`."""
        sealer = Sealer(KEY_ID, {KEY_ID: keys.profile}, random)
        shelf = Shelf.at(
            located(settings.stores.jobs, root),
            Sealer(KEY_ID, {KEY_ID: keys.jobs}, random),
            clock,
        )
        answers = _answers(settings, root, Sealer(KEY_ID, {KEY_ID: keys.answers}, random), clock)
        means = means_of(settings, keys, clock, random)
        ledger = opened_at(located(settings.stores.ledger, root), means)
        jobs = StoredJobs(shelf, lambda: ledger.instance.chain.instance)
        chores = (shelf.forget, jobs.lapse, answers.forget, ledger.forget)
        return cls(
            ledger=ledger,
            upkeep=Background(Upkeep(ledger.instance, clock).run),
            profiles=Profiles.at(
                located(settings.stores.profile, root), sealer, keys.subject, clock
            ),
            jobs=jobs,
            answers=answers,
            hourly=Background(Hourly(clock, chores).run),
        )

    async def start(self) -> None:
        """Create what is not there yet; whoever starts them closes them."""
        for url in (self.profiles.engine.url, self.jobs.shelf.engine.url):
            if url.get_backend_name() == "sqlite" and url.database:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        await self.ledger.start()
        self.upkeep.start()
        await self.profiles.create()
        await self.jobs.shelf.create()
        await self.answers.start()
        self.hourly.start()

    async def aclose(self) -> None:
        await self.hourly.aclose()
        await self.answers.aclose()
        await self.upkeep.aclose()
        await self.ledger.aclose()
        await self.jobs.shelf.aclose()
        await self.profiles.aclose()


def means_of(settings: Settings, keys: Keys, clock: Clock, random: Random) -> Means:
    """Lay out what a ledger needs."""
    return Means(
        clock=clock,
        random=random,
        currency=settings.billing_currency,
        key=keys.ledger,
        sealer=Sealer(KEY_ID, {KEY_ID: keys.replies}, random),
        keep_replies=settings.stores.keep_replies,
    )


def located(url: str, root: Path) -> str:
    prefix = "sqlite:///"
    return f"{prefix}{root / url.removeprefix(prefix)}" if url.startswith(prefix) else url


def _answers(
    settings: Settings, root: Path, sealer: Sealer, clock: Clock
) -> SealedAnswers | NoAnswers:
    if settings.stores.answers is None:
        return NoAnswers()
    file = root / settings.stores.answers.removeprefix("sqlite:///")
    return SealedAnswers(file, sealer, clock, settings.stores.keep_answers)
