"""The first half of a job: what is sent once, and never again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..contract import Attempt, Query, Reply, Values, forget
from ..errors import BrokeDown, ConnectorError, Duplicate, Lost, Unreadable
from ..job import Job
from .chain import GOES_ON, Walk
from .course import Course, patient

SUBMIT = "job.submit"
"""The link that submits, after all steps; no step can have this name."""


@dataclass(slots=True)
class Submission:
    """
    Sends the steps and the submission of one job.

    Whatever becomes of it is written down before anything else happens.
    """

    course: Course
    walk: Walk
    deadline: Callable[[], float]
    over: float
    """When the job's time is over."""
    attempts: list[Attempt] = field(default_factory=list)
    """At the message that is being sent."""

    async def __call__(self, job: Job, query: Query) -> Reply | Job:
        """
        Give the job as the bureau has it now, or an answer that is its end already.

        What may have arrived is a job, too, if it can be found; it is never
        sent again. Raises `ConnectorError`, and `LedgerDown` where nothing was bought.
        """
        asked = replace(
            query,
            reference=job.reference,
            deadline=self.deadline,
            outlived=forget,
            attempted=self._attempted,
        )
        links = [replace(link, call=patient(link.call)) for link in self.course.links]
        failure: Duplicate | Lost | None = None
        submission: Values = {}
        try:
            reply = await self.walk.through(asked, links)
        except ConnectorError as error:
            failure = self._unknown(error)
            if failure is None:
                raise
            submission = failure.captured if isinstance(failure, Duplicate) else {}
            lost = isinstance(failure, Lost) and self.attempts
            booked = self.attempts[-1].price if lost else Decimal(0)
            call_id = failure.call_id
        else:
            if reply.outcome not in GOES_ON:
                return self.walk.account.on_reply(reply)
            submission = reply.captured if self.walk.at == SUBMIT else {}
            booked, call_id = reply.cost, reply.call_id
        elsewhere = self.walk.account.is_paid and not booked
        job = replace(job, call_id=call_id, booked=booked, elsewhere=elsewhere)
        return await self._kept(self.course.capturing(job, self.walk.steps, submission), failure)

    async def _kept(self, job: Job, failure: Duplicate | Lost | None) -> Job:
        """Write down what became of it. Raises where nothing can follow it."""
        course, account = self.course, self.walk.account
        job = replace(job, billed=account.billed, cost=account.cost)
        if isinstance(failure, Lost):
            if not course.can_find(job):
                raise failure
        elif not job.id:
            raise failure or course.failure(Unreadable, "the answer names no job")
        else:
            job = replace(job, submitted=True)
        await course.durably(lambda: course.jobs.update(job), self.over)
        return job

    def _unknown(self, error: ConnectorError) -> Duplicate | Lost | None:
        """Tell whether the bureau has the job, or may have it, though this is how it ended."""
        if self.walk.at != SUBMIT or isinstance(error, BrokeDown):
            return None
        return error if isinstance(error, Duplicate | Lost) else None

    def _attempted(self, attempt: Attempt) -> None:
        if attempt.number == 1:
            self.attempts.clear()
        self.attempts.append(attempt)
