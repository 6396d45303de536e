"""Jobs and callbacks that outlive the process: the port of `connectors.job`, on a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from connectors.errors import LedgerDown
from connectors.job import Callback, Ended, Job
from connectors.words import Billed, Outcome

from .shelf import Shelf
from .tables import CALLBACKS, ENDS, JOBS, SEEN

DAY = 86_400.0

KEPT = 7 * DAY
"""Seconds for which an end is kept for those who come back, and a callback for its job."""

MARGIN = DAY
"""Seconds past its end for which an open job is kept: to be told how it ended."""


def nobody() -> str:
    """Name no instance: what is open at a start is then nobody's."""
    return ""


@dataclass(frozen=True, slots=True)
class StoredJobs:
    """See `connectors.job.Jobs`."""

    shelf: Shelf
    instance: Callable[[], str] = nobody
    """Names this start of this process, as long as it lives."""

    async def open(self, job: Job) -> Job:
        job = replace(job, instance=self.instance())
        lasts = (job.gives_up_at - job.opened_at).total_seconds() + MARGIN
        if await self.shelf.add(JOBS, (job.key,), job, lasts):
            return job
        known = await self.find(job.key)
        if known is None:
            # Whoever had it has ended it between the two looks, or it does not open.
            raise LedgerDown("a job that is kept can not be read")
        return known

    async def update(self, job: Job) -> None:
        while (seal := await self._seal(job)) is not None:
            if await self._changed(job, seal):
                return

    async def take(self, job: Job) -> Job | None:
        """Look after a job that nobody does; None where another process was faster."""
        seen = await self._seen(job)
        if seen is None or seen[0].instance != job.instance:
            return None
        mine = replace(seen[0], instance=self.instance())
        return mine if await self._changed(mine, seen[1]) else None

    async def end(self, job: Job, ended: Ended) -> None:
        while (seal := await self._seal(job)) is not None:
            # The end first: a crash between the two leaves a job that ends once more.
            await self.shelf.put(ENDS, (job.key,), ended, KEPT)
            if await self.shelf.drop(JOBS, (job.key,), seal):
                return

    async def kept(self, job: Job) -> Job | None:
        seen = await self._seen(job)
        return None if seen is None else seen[0]

    async def find(self, key: str) -> Job | None:
        return await self.shelf.get(JOBS, (key,), Job)

    async def ended(self, key: str) -> Ended | None:
        return await self.shelf.get(ENDS, (key,), Ended)

    async def all_open(self) -> Sequence[Job]:
        return await self.shelf.all(JOBS, Job)

    async def lapse(self) -> None:
        """End the jobs that nobody has followed to their end: their connectors are gone."""
        for (key,) in await self.shelf.lapsed(JOBS):
            job = next((each for each in await self.all_open() if each.key == key), None)
            if job is None:
                await self.shelf.drop(JOBS, (key,))
            else:
                await self.end(job, given_up(job))

    async def called_back(self, callback: Callback) -> bool:
        seen = (callback.connector, callback.digest)
        at = (callback.connector, _hashed(callback.correlation))
        # Kept before it counts as seen: a crash between the two keeps it twice, which is once.
        if await self.shelf.get(SEEN, seen, dict) is not None:
            return False
        await self.shelf.put(CALLBACKS, at, callback, KEPT)
        return await self.shelf.add(SEEN, seen, {}, KEPT)

    async def callback(self, connector: str, correlation: str) -> Callback | None:
        return await self.shelf.get(CALLBACKS, (connector, _hashed(correlation)), Callback)

    async def _seen(self, job: Job) -> tuple[Job, bytes] | None:
        """Give a job as it is kept, and its seal; None where it has ended."""
        seen = await self.shelf.seen(JOBS, (job.key,), Job)
        return seen if seen is not None and seen[0].reference == job.reference else None

    async def _seal(self, job: Job) -> bytes | None:
        """Give the seal of a job; None where it has ended, or somebody else looks after it."""
        seen = await self._seen(job)
        return seen[1] if seen is not None and seen[0].instance == job.instance else None

    async def _changed(self, job: Job, seal: bytes) -> bool:
        lasts = (job.gives_up_at - self.shelf.clock.utc()).total_seconds() + MARGIN
        return await self.shelf.change(JOBS, (job.key,), seal, job, max(lasts, MARGIN))


def given_up(job: Job) -> Ended:
    """Say how a job ended that nobody follows any more: nobody knows."""
    return Ended(
        Outcome.LOST, None, Billed.UNKNOWN, job.cost, job.call_id, "nobody followed it to its end"
    )


def _hashed(correlation: str) -> str:
    """Shorten a bureau's id of a job: it may be of any length, and may be a customer's."""
    return sha256(correlation.encode("utf-8", "surrogatepass")).hexdigest()
