"""What a gateway does with the jobs of one connector that are under way."""

from __future__ import annotations

from typing import Protocol

from ..job import Callback, Job


class Work(Protocol):
    """One connector's jobs under way (gateway/jobs calls it)."""

    def resume(self, job: Job) -> None:
        """Go on with a job that a process opened which is gone."""
        ...

    def called_back(self, callback: Callback) -> None:
        """Wake the job that a callback is about, if it is under way here."""
        ...

    async def aclose(self) -> None:
        """Leave all jobs that go on without us to the next start."""
        ...
