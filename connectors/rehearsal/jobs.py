"""Jobs and callbacks that are kept as long as whoever keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..job import Callback, Ended, Job


@dataclass(slots=True)
class JobsInMemory:
    """See `connectors.job.Jobs`."""

    jobs: dict[str, Job] = field(default_factory=dict)
    ends: dict[str, Ended] = field(default_factory=dict)
    callbacks: dict[tuple[str, str], Callback] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    async def open(self, job: Job) -> Job:
        return self.jobs.setdefault(job.key, job)

    async def update(self, job: Job) -> None:
        if self._is_its(job):
            self.jobs[job.key] = job

    async def end(self, job: Job, ended: Ended) -> None:
        if self._is_its(job):
            self.ends[job.key] = ended
            del self.jobs[job.key]

    async def kept(self, job: Job) -> Job | None:
        known = self.jobs.get(job.key)
        return known if known is not None and known.reference == job.reference else None

    async def find(self, key: str) -> Job | None:
        return self.jobs.get(key)

    async def ended(self, key: str) -> Ended | None:
        return self.ends.get(key)

    async def all_open(self) -> Sequence[Job]:
        return tuple(self.jobs.values())

    async def called_back(self, callback: Callback) -> bool:
        seen = (callback.connector, callback.digest)
        if seen in self._seen:
            return False
        self._seen.add(seen)
        self.callbacks[callback.connector, callback.correlation] = callback
        return True

    async def callback(self, connector: str, correlation: str) -> Callback | None:
        return self.callbacks.get((connector, correlation))

    def _is_its(self, job: Job) -> bool:
        """Whether the job is open, and in the hands of the instance that it names."""
        known = self.jobs.get(job.key)
        if known is None:
            return False
        return (known.reference, known.instance) == (job.reference, job.instance)
