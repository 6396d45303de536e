"""Open jobs that nobody looks after any more, each taken over by one process that lives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from connectors.errors import LedgerDown
from connectors.kit import Clock
from connectors.shape.work import Work

from ..background import Background
from .store import StoredJobs

ROUND = 2.0
"""Seconds between two looks at who lives."""


class Births(Protocol):
    """What the ledger knows of the processes that share it."""

    @property
    def is_shared(self) -> bool:
        """Whether others may begin and die while we live."""
        ...

    async def instances(self) -> tuple[frozenset[str], int]:
        """Tell who lives, or is not taken over from yet, and how many there ever were."""
        ...


@dataclass(slots=True)
class Resuming:
    """A job of one that lives is left alone: it may be about to submit it."""

    work: Mapping[str, Work]
    """By connector."""
    jobs: StoredJobs
    births: Births
    clock: Clock
    _known: tuple[frozenset[str], int] = field(default=(frozenset(), 0), init=False)
    """As it was when nothing was left that is nobody's."""

    async def once(self) -> int:
        """Go on with all jobs that are nobody's, also past their time, and give their number."""
        known = await self.births.instances()
        if known == self._known:
            return 0
        number = 0
        living, _ = known
        for job in await self.jobs.all_open():
            # A job of a connector that is gone waits for its return, or for `StoredJobs.lapse`.
            work = self.work.get(job.connector)
            if work is None or job.instance in living:
                continue
            if (mine := await self.jobs.take(job)) is not None:
                work.resume(mine)
                number += 1
        self._known = known
        return number

    async def run(self) -> None:
        """Do it again whenever one has begun or died; what can not be done now is done next."""
        while True:
            await self.clock.sleep(ROUND)
            with suppress(LedgerDown):
                await self.once()


@asynccontextmanager
async def following(
    work: Mapping[str, Work], jobs: StoredJobs, births: Births, clock: Clock
) -> AsyncIterator[None]:
    """Go on with what is nobody's, and at the end leave all that goes on without us to others."""
    resuming = Resuming(work, jobs, births, clock)
    rounds = Background(resuming.run)
    try:
        await resuming.once()
        if births.is_shared:
            rounds.start()
        yield
    finally:
        await rounds.aclose()
        for each in work.values():
            await each.aclose()
