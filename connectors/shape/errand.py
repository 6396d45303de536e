"""One job under way: a task that belongs to nobody who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..contract import Attempt, Query, Reply
from ..errors import ConnectorError, LedgerDown, Lost, NotSent, TimedOut
from ..job import Callback, Ended, Job
from ..policy.reuse.flight import unanswered
from ..policy.reuse.memory import Names
from ..words import Billed, Outcome, ReuseMode
from .chain import Account, Walk
from .course import Course
from .last_word import GRACE, LastWord
from .pursuit import Pursuit
from .submission import Submission
from .waiters import Waiters

Way = Callable[["Errand"], Coroutine[Any, Any, Reply]]
"""How an errand begins: `opened`, `followed` or `resumed`."""


class Errand:
    """
    Opens a job, or goes on with one, until its end is written down.

    Who waits for it goes at its own deadline; the job goes on.
    """

    def __init__(
        self, course: Course, key: str, kept_as: Names, forget: Callable[[Errand], None]
    ) -> None:
        """
        `key` names the question, and `kept_as` its answer.

        `forget` is called when an equal question may have a job of its own again.
        """
        self.key = key
        self._kept_as = kept_as
        self.job: Job | None = None
        self.waiters = Waiters(course.kit.clock)
        self.settled = asyncio.Event()
        """Set while nothing that may cost money is under way."""
        self.settled.set()
        self._course = course
        self._forget = forget
        self._account = Account(course.price)
        self._last_word = LastWord(course, self._account)
        self._submission: Submission | None = None
        self._pursuit: Pursuit | None = None
        self._inherited: Job | None = None
        self._closing = False
        self._follows = False
        """Whether the bureau has the job, or may have it, or another process sends it."""
        self.deserted = False
        """Whether nothing is sent any more: whoever buys has gone, and does not come back."""

    def start(self, way: Way) -> None:
        self.task = asyncio.create_task(self._run(way))
        # Retrieved: whoever waits has it too.
        self.task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def ring(self, callback: Callback) -> None:
        if self._pursuit is not None:
            self._pursuit.ring(callback)

    def inherit(self, job: Job) -> bool:
        """Look after a job that another process did; false where this does not go on with it."""
        if self.job is not None:
            if self.job.reference != job.reference or self._last_word.has_begun:
                return False
            self.job = replace(self.job, instance=job.instance)
        if self._pursuit is not None:
            self._pursuit.inherit(job.instance)
        self._inherited = job
        return True

    def close(self) -> None:
        """Submit nothing that has not left yet."""
        self._closing = True
        if self._submission is not None:
            self._submission.close()

    async def join(self, query: Query, *, buys: bool = False) -> Reply:
        """
        Wait for the answer; at the deadline give the name of the job, or fail.

        The purchase stands on the inquiry of the one who `buys`: where that one hears
        that nothing was sent, nothing will be, though others wait.
        """
        try:
            answer = await self.waiters.join(query)
            if answer is None and buys and self._desert():
                answer = await self.waiters.last()
        except asyncio.CancelledError:
            if buys:
                self._desert()
            raise
        return answer or self._unanswered()

    def cut_short(self, query: Query) -> bool:
        """Tell of an end that bought nothing whether it came for want of time that a query has."""
        return self.deserted or self.waiters.decided_by < query.deadline()

    async def over(self, query: Query) -> None:
        """Wait, but not past a query's deadline, until its end is written down."""
        try:
            async with asyncio.timeout_at(query.deadline()):
                await asyncio.wait({self.task})
        except TimeoutError:
            raise NotSent(query.connector, "deadline") from None

    async def opened(self, query: Query) -> Reply:
        """Open the job of a question, or go on with the one that is open already."""
        course = self._course
        if query.standing.reuse is not ReuseMode.BYPASS:
            known = await course.memory.known(self._kept_as, query)
            if known is not None:
                return known
        found = await course.jobs.find(self.key)
        if found is None:
            await course.check_resolved(self.key)
            self._check_wanted()
            mine = course.job(self.key, query)
            self.settled.clear()
            found = await course.jobs.open(mine)
            if found.reference == mine.reference:
                return await self._own(found, query)
        return await self.followed(found)

    async def followed(self, job: Job) -> Reply:
        """Go on with a job that somebody else has opened."""
        self.settled.set()
        self._follows = self.waiters.left = True
        over, clock = self._course.over(job), self._course.kit.clock
        while not job.submitted:
            # Whoever opened it is about to submit it, or is gone; it is not ours to end.
            if self._inherited is not None:
                return await self.resumed(self._inherited)
            if clock.now() > over:
                raise self._course.failure(TimedOut, "background")
            await clock.sleep(self._course.rules.interval.max)
            found = await self._course.jobs.find(self.key)
            if found is None:
                return await self._course.elsewhere(self.key)
            job = found
        return await self._pursued(job)

    async def resumed(self, job: Job) -> Reply:
        """Go on after a restart: what may have been submitted is never submitted again."""
        self.job = job
        self._follows = self.waiters.left = True
        self._account.bill(job.billed)
        if not job.submitted:
            job = job if job.id else self._course.capturing(job, {}, {})
            if not self._course.can_find(job):
                raise self._course.failure(Lost, "interrupted")
        return await self._pursued(job, GRACE)

    async def _own(self, job: Job, query: Query) -> Reply:
        self.job = job
        self._check_wanted()
        if job.submitted:
            return await self._pursued(job)
        course, over = self._course, self._course.over(job)
        if self._closing:
            raise NotSent(course.connector, "closing")
        goes_on = course.rules.on_deadline == "hand_off"
        deadline = (lambda: over) if goes_on else self.waiters.deadline
        self._submission = Submission(course, Walk(self._account), deadline, over)
        came = await self._submission(job, query)
        return came if isinstance(came, Reply) else await self._pursued(came)

    async def _pursued(self, job: Job, at_least: float = 0.0) -> Reply:
        if self._inherited is not None and self._inherited.reference == job.reference:
            # It may have been read before it was taken over.
            job = replace(job, instance=self._inherited.instance)
        self.job, self._follows = job, True
        self._account.bill(job.billed)
        self._account.elsewhere |= job.elsewhere
        over = max(self._course.over(job), self._course.kit.clock.now() + at_least)
        self._pursuit = Pursuit(self._course, job, self._account, over)
        self.settled.set()
        return self._account.on_reply(await self._pursuit.answer())

    def _desert(self) -> bool:
        """
        Have nothing sent any more; tell whether it is about to be said that nothing was.

        Whoever was handed off comes back for what goes on.
        """
        handed_off = self.job is not None and self._course.rules.on_deadline == "hand_off"
        if self._follows or handed_off:
            return False
        self.deserted = True
        return self._submission is not None and self._submission.close()

    def _check_wanted(self) -> None:
        if self.deserted:
            raise NotSent(self._course.connector, "nobody waits for it any more")

    async def _run(self, way: Way) -> None:
        try:
            await self._end(way)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.waiters.tell(error)
            raise
        finally:
            self.settled.set()
            self._forget(self)
            self.waiters.dismiss()

    async def _end(self, way: Way) -> None:
        account = self._account
        try:
            reply = await self._come(way)
            if self.job is not None:
                reply = await self._booked(self.job, reply)
        except ConnectorError as error:
            if self.job is not None:
                account.bill(error.billed)
                account.on_error(error)
                if self._submission is not None and self._submission.given_up:
                    # Past the deadline of whoever buys: they wait for this word alone.
                    self.waiters.tell(error)
                with suppress(Lost):
                    # Where it can not be written down, it is what it is all the same.
                    await self._last_word.book(self.job, error)
                error.call_id = error.call_id or self.job.call_id
            told = (error.billed, error.cost, error.call_id, error.note)
            await self._close(Ended(error.outcome, None, *told), error)
        except LedgerDown as error:
            # Nothing was bought: after a step that was, `Walk` makes it a connector's error.
            await self._close(Ended(Outcome.UNREACHABLE, None, account.billed, account.cost), error)
        else:
            if self.job is not None and self._last_word.is_ours:
                # Who was handed off comes back for it, whatever else is not kept.
                lasts = self._course.rules.background if self.waiters.left else 0.0
                await self._course.memory.keep(
                    self._kept_as, self.job.standing, reply, self.job.opened_at, lasts
                )
            ended = Ended(reply.outcome, reply, reply.billed, reply.cost, reply.call_id)
            await self._close(ended, reply)

    async def _come(self, way: Way) -> Reply:
        try:
            reply = await way(self)
        except ConnectorError as error:
            given_up = self._submission is not None and self._submission.given_up
            if self.job is None or given_up:
                raise
            return await self._last_word.on(self.job, error)
        return reply if self.job is None else await self._last_word.on(self.job, reply)

    async def _booked(self, job: Job, reply: Reply) -> Reply:
        await self._last_word.book(job, reply)
        return replace(reply, call_id=reply.call_id or job.call_id)

    async def _close(self, ended: Ended, answer: Reply | BaseException) -> None:
        if self.job is not None:
            await self._last_word.close(self.job, ended, lambda: self.waiters.tell(answer))
        self._forget(self)
        self.waiters.tell(answer)

    @property
    def _attempts(self) -> Sequence[Attempt]:
        """Those at the submission, or at the step before it that is under way."""
        return self._submission.attempts if self._submission else ()

    def _unanswered(self) -> Reply:
        job, course = self.job, self._course
        if job is None:
            raise NotSent(course.connector, "deadline")
        if course.rules.on_deadline == "fail":
            raise self._late()
        call_id = self._attempts[-1].call_id if self._attempts else ""
        return self._account.on_reply(course.pending(job, call_id))

    def _late(self) -> ConnectorError:
        """Say what is known, at a deadline, of a job that is not to be handed off."""
        if self._follows or self._account.billed is not Billed.NO:
            error = self._course.failure(TimedOut, "deadline")
        else:
            error = unanswered(self._attempts, self._course.connector)
        if self._account.is_paid:
            self._account.on_error(error)
        return error
