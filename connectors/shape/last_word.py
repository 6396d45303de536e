"""The end of a job as it is written down: by whoever looks after the job, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ..contract import Reply
from ..errors import ConnectorError, LedgerDown
from ..job import Ended, Job
from .booking import book
from .chain import Account
from .course import Course

GRACE = 10.0
"""Seconds for which a job is followed whose time was over while nobody ran, and an end booked."""


@dataclass(slots=True)
class LastWord:
    """A process that stood still for long enough is taken over from, and finds out here."""

    course: Course
    account: Account
    is_ours: bool = True
    """Whether nobody else is known to have taken the job over, or to have ended it."""

    has_begun: bool = False
    """Whether it is too late to look after a job that we only followed so far."""

    async def on(self, job: Job, came: Reply | ConnectorError) -> Reply:
        """Give, or raise, what came; of a job that others have ended, what they say."""
        self.has_begun = True
        kept = await self.course.kept(job)
        self.is_ours = kept is not None and kept.instance == job.instance
        if kept is None:
            with suppress(LedgerDown):
                return await self.course.elsewhere(job.key)
        if isinstance(came, ConnectorError):
            raise came
        return came

    async def book(self, job: Job, end: Reply | ConnectorError) -> None:
        """Say what the submission cost, where that is ours to say. Raises `Lost`."""
        if self.is_ours:
            until = max(self.course.over(job), self.course.kit.clock.now() + GRACE)
            await book(self.course, job, self.account, end, until)

    async def close(self, job: Job, ended: Ended, tell: Callable[[], None]) -> None:
        """Write the end down; who waits need not wait for a store that is down."""
        if not self.is_ours:
            return
        course = self.course
        try:
            await course.jobs.end(job, ended)
        except LedgerDown:
            tell()
            await course.durably(lambda: course.jobs.end(job, ended), course.over(job))
