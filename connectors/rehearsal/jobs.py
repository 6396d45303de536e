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
        if job.key in self.jobs:
            self.jobs[job.key] = job

    async def end(self, job: Job, ended: Ended) -> None:
        self.ends[job.key] = ended
        self.jobs.pop(job.key, None)

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
