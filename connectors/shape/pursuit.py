"""The second half of a job: it is polled, and listened for, until its answer is there."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field, replace

from ..contract import Call, Query, Reply, Values
from ..errors import (
    BrokeDown,
    ConnectorError,
    LedgerDown,
    Lost,
    NeedInput,
    NotSent,
    QuotaExceeded,
    RateLimited,
    Refused,
    Suspended,
    TimedOut,
)
from ..job import Callback, Job
from ..words import MAPPED, Billed, Effect, Outcome
from .chain import Account
from .course import AGAIN, Course, scope_of

PASSING = (NotSent, Lost, RateLimited, Suspended, Refused, QuotaExceeded)
"""Failures that say nothing of the job, which the bureau has: it is asked for again."""

POLL = "job.poll"
"""The step that is a poll; no other can have this name."""

UNHEARD_OF = frozenset({Outcome.NO_HIT, Outcome.INVALID_INPUT})
"""What a bureau also says of a job that never reached it."""


@dataclass(slots=True)
class Pursuit:
    """Follows one job. Asking for it costs nothing, so that only time ends it."""

    course: Course
    job: Job
    account: Account
    over: float
    """When the job's time is over."""
    _callback: Callback | None = None
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _captured: Values = field(default_factory=dict)
    _pause: float = 0.0
    _wait: float | None = None
    """What the bureau itself asked for."""

    def inherit(self, instance: str) -> None:
        """Hear who looks after the job from now on."""
        self.job = replace(self.job, instance=instance)

    def ring(self, callback: Callback) -> None:
        """Tell of a callback; the first that ends anything is the one that counts."""
        if callback.outcome is not Outcome.PENDING and self._callback is None:
            self._callback = callback
            self._bell.set()

    async def answer(self) -> Reply:
        """Wait for the job's answer. Raises `ConnectorError`; `TimedOut` when its time is over."""
        await self._recall()
        # A job that is known by our reference alone can be called back, and not polled.
        poll = self.course.poll if self.job.id else None
        while True:
            await self._rest(math.inf if poll is None else self._next())
            callback = self._taken()
            if callback is not None and (reply := await self._heard(callback)) is not None:
                return reply
            if poll is not None and (reply := await self._asked(poll)) is not None:
                return await self._fetched(reply)

    def _taken(self) -> Callback | None:
        callback, self._callback = self._callback, None
        self._bell.clear()
        return callback

    async def _recall(self) -> None:
        """Look for a callback that came before anybody here knew this job."""
        correlation = self.course.correlation(self.job)
        while correlation and self._callback is None:
            try:
                kept = await self.course.jobs.callback(self.course.connector, correlation)
            except LedgerDown:
                await self._rest(AGAIN)
                continue
            if kept is not None:
                self.ring(kept)
            return

    async def _heard(self, callback: Callback) -> Reply | None:
        """Do as a callback says: None where a poll is to bring the answer."""
        course = self.course
        self._captured = callback.captured
        if callback.outcome in MAPPED and course.download is not None:
            return await self._downloaded(course.download)
        if callback.outcome in MAPPED and course.poll is not None and self.job.id:
            await self._known()
            return None
        if course.callback is None:
            raise course.failure(Lost, "nothing reads its callbacks any more")
        told = course.callback.told(callback, scope_of(self.job, {}, self._captured))
        reply = course.reply(told)
        self.account.add(reply)
        return reply

    async def _fetched(self, polled: Reply) -> Reply:
        if self.course.download is None or polled.outcome not in MAPPED:
            return polled
        return await self._downloaded(self.course.download)

    async def _downloaded(self, download: Call) -> Reply:
        await self._known()
        while (reply := await self._asked(download)) is None:
            await self._rest(self._next())
            # One said already that the answer is there: another says nothing new.
            self._taken()
        return reply

    async def _asked(self, call: Call) -> Reply | None:
        """Ask once; None where the answer is not there yet, or did not come through."""
        self._wait = None
        try:
            reply = await call(self._query(call))
        except NeedInput as error:
            # Nothing was sent, but the bureau has the job: what it needs is known no more.
            raise self.course.failure(Lost, error.note) from None
        except LedgerDown:
            return None
        except PASSING as error:
            self._charged(error)
            if isinstance(error, BrokeDown) and error.told:
                raise
            self._wait = _asked_pause(error)
            await self._known(submitted=self.job.submitted)
            return None
        except ConnectorError as error:
            self._doubt(error.outcome)
            self._charged(error)
            if self.course.effect is not Effect.FREE and error.billed is Billed.NO:
                # The message is free; the job that it speaks of may not be.
                error.billed = _of_the_job(error)
            raise
        self.account.add(reply)
        self.account.elsewhere |= bool(reply.cost)
        if reply.outcome is not Outcome.PENDING:
            self._doubt(reply.outcome)
            return reply
        self._wait = reply.wait
        await self._known()
        return None

    def _doubt(self, outcome: Outcome) -> None:
        if not self.job.submitted and outcome in UNHEARD_OF:
            raise self.course.failure(Lost, "never confirmed") from None

    def _charged(self, error: ConnectorError) -> None:
        """Hear of a failure; one that is charged for is booked on the message that failed."""
        self.account.attempts += error.attempts
        if error.billed is Billed.YES:
            self.account.bill(error.billed)
            self.account.elsewhere |= bool(error.cost)

    async def _known(self, *, submitted: bool = True) -> None:
        """Write down that the bureau has the job, and what it has cost so far."""
        account = self.account
        known = replace(
            self.job,
            submitted=submitted,
            billed=account.billed,
            cost=account.cost,
            elsewhere=account.elsewhere,
        )
        if known != self.job:
            self.job = known
            await self.course.durably(lambda: self.course.jobs.update(self.job), self.over)

    def _query(self, call: Call) -> Query:
        query = self.course.query(self.job, self._captured, lambda: self.over)
        # Where the answer is downloaded, a poll only tells that it is there.
        is_step = call is self.course.poll and self.course.download is not None
        return replace(query, step=POLL) if is_step else query

    def _next(self) -> float:
        """Give the next pause: each is half as long again as the last, unless the bureau asks."""
        interval, wait = self.course.rules.interval, self._wait
        if wait is not None:
            return interval.max if math.isinf(wait) else max(wait, interval.first)
        self._pause = min(interval.max, self._pause * 1.5 or interval.first)
        return self._pause

    async def _rest(self, pause: float) -> None:
        """Wait, but not past a callback, nor past the end of the job's time."""
        left = self.over - self.course.kit.clock.now()
        if self._callback is not None:
            return
        if left <= 0:
            raise self.course.failure(TimedOut, "background")
        sleeping = asyncio.create_task(self.course.kit.clock.sleep(min(pause, left)))
        ringing = asyncio.create_task(self._bell.wait())
        try:
            await asyncio.wait({sleeping, ringing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            ringing.cancel()


def _of_the_job(error: ConnectorError) -> Billed:
    """Tell what a failure that no row says is charged for leaves open."""
    return Billed.UNKNOWN if type(error).billed is Billed.UNKNOWN else Billed.NO


def _asked_pause(error: ConnectorError) -> float | None:
    """Give the pause that a failure asks for; the longest, where we are not welcome."""
    if isinstance(error, Refused | QuotaExceeded):
        return math.inf
    return error.wait if isinstance(error, RateLimited) else None
