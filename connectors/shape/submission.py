"""The first half of a job: what is sent once, and never again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..contract import Attempt, Call, Query, Reply, Values, forget
from ..errors import BrokeDown, ConnectorError, Duplicate, Lost, NotSent, Unreadable
from ..job import Job
from ..words import Billed, Effect
from .chain import GOES_ON, Link, Walk
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
    given_up: bool = False
    """Whether it was cut off before anything that may be charged for had left."""
    _closing: bool = False
    _sending: asyncio.Task[object] | None = None

    def close(self) -> bool:
        """
        Send nothing more, unless something is paid for; what may have arrived goes on.

        Tells whether it is given up: then it says in a moment that nothing was sent, or
        that it left in that moment.
        """
        self._closing = True
        unsent = all(each.spared or not each.sent for each in self.attempts)
        if self._sending is not None and unsent and self._is_free:
            # Whatever it waits for: its turn, a connection, or the end of a pause.
            self.given_up = True
            self._sending.cancel()
        return self.given_up

    async def __call__(self, job: Job, query: Query) -> Reply | Job:
        """
        Give the job as the bureau has it now, or an answer that is its end already.

        What may have arrived is a job, too, if it can be found; it is never
        sent again. Raises `ConnectorError`, and `LedgerDown` where nothing was bought.
        """
        asked = replace(
            query,
            reference=job.reference,
            deadline=self._deadline,
            outlived=forget,
            attempted=self._attempted,
        )
        links = [replace(link, call=self._ours(job, link.call)) for link in self.course.links]
        failure: Duplicate | Lost | None = None
        submission: Values = {}
        try:
            reply = await self._walked(asked, links)
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

    def _ours(self, job: Job, call: Call) -> Call:
        """Send nothing that costs of a job that others took over while we stood still."""
        call = patient(call)
        if self.course.effect is Effect.FREE:
            return call

        async def ask(query: Query) -> Reply:
            kept = await self.course.kept(job)
            if kept is None or kept.instance != job.instance:
                raise NotSent(self.course.connector, "taken over")
            return await call(query)

        return ask

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

    async def _walked(self, query: Query, links: Sequence[Link]) -> Reply:
        task = self._sending = asyncio.current_task()
        try:
            return await self.walk.through(query, links)
        except asyncio.CancelledError:
            if task is None or not self.given_up or task.uncancel():
                raise
            if any(each.settling is not None for each in self.attempts):
                # It left in the same moment.
                error = self.attempts[-1].unanswered(self.course.connector, "given up", Lost)
            else:
                error = NotSent(self.course.connector, "given up")
            self.walk.account.add(error)
            raise error from None
        finally:
            self._sending = None

    @property
    def _is_free(self) -> bool:
        return self.walk.account.billed is Billed.NO

    def _deadline(self) -> float:
        is_over = self._closing and self._is_free
        return self.course.kit.clock.now() if is_over else self.deadline()

    def _attempted(self, attempt: Attempt) -> None:
        if attempt.number == 1:
            self.attempts.clear()
        self.attempts.append(attempt)
