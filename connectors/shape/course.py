"""All that a job needs of its connector: its messages, and how they refer to each other."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from ..answer.reading import Told
from ..contract import Call, Query, Reply, Values
from ..errors import ConnectorError, LedgerDown, Lost, NeedInput, Unresolved
from ..job import Job, Jobs
from ..kit import Kit
from ..policy.inputs import value_of
from ..policy.reuse.memory import Memory
from ..template import RenderError, Scope, TextTemplate
from ..words import AMBIGUOUS, Billed, Effect, Outcome
from .callback import CallbackReading
from .chain import Link
from .spec import JobSpec

AGAIN = 1.0
"""Seconds until something is written down again that could not be."""


@dataclass(frozen=True, slots=True)
class Course:
    """The messages of one connector's jobs, each with the layers of an attempt around it."""

    connector: str
    version: str
    kit: Kit
    jobs: Jobs
    memory: Memory
    rules: JobSpec
    links: tuple[Link, ...]
    """What is sent before anything is waited for: steps, and the submission."""
    poll: Call | None
    download: Call | None
    callback: CallbackReading | None
    id: TextTemplate
    later: frozenset[str]
    """What messages after the submission refer to."""
    needed: frozenset[str]
    """What of it must have a value, or they could not be sent, or their answers not be used."""
    effect: Effect
    price: Decimal
    reference: int
    """The length of our reference."""

    def job(self, key: str, query: Query) -> Job:
        """
        Make a job of a question, of which it keeps what later messages refer to.

        Raises `NeedInput` where the job has a name of ours that can not be written,
        and for what a later message will lack: nothing is bought that can not be fetched.
        """
        if absent := sorted(name for name in self.needed if value_of(query, name) is None):
            raise NeedInput(self.connector, f"absent: {', '.join(absent)}")
        values: dict[str, dict[str, object]] = {}
        for name in sorted(self.later):
            root, _, path = name.partition(".")
            if (value := value_of(query, name)) is not None:
                values.setdefault(root, {})[path] = value
        now = self.kit.clock.utc()
        job = Job(
            key=key,
            connector=self.connector,
            version=self.version,
            reference=self.kit.tokens.reference(self.reference),
            opened_at=now,
            gives_up_at=now + timedelta(seconds=self.rules.background),
            standing=query.standing,
            values=values,
        )
        if self.links:
            return job
        # With nothing to send, the bureau has it already.
        try:
            return replace(job, submitted=True, id=self.id.render(scope_of(job)))
        except RenderError as error:
            raise NeedInput(self.connector, str(error)) from None

    def capturing(self, job: Job, steps: Values, submission: Values) -> Job:
        """Keep what earlier messages gave, as far as later ones refer to it."""
        given = {
            "steps": steps,
            "job": {f"submit.{path}": value for path, value in submission.items()},
        }
        captured = {root: self._wanted(root, values) for root, values in given.items()}
        try:
            number = self.id.render(scope_of(job, given))
        except RenderError:
            number = ""
        return replace(job, captured=captured, id=number)

    def can_find(self, job: Job) -> bool:
        """Whether a job can be followed though nobody knows that the bureau has it."""
        if self.callback is not None and self.callback.equals == "call.reference":
            return True
        return bool(job.id) and (self.poll is not None or self.callback is not None)

    def query(self, job: Job, callback: Values, deadline: Callable[[], float]) -> Query:
        """Ask on behalf of whoever opened a job, with what is kept of it."""
        scope = scope_of(job, {}, callback)
        return Query(
            connector=self.connector,
            standing=job.standing,
            deadline=deadline,
            subject=scope.get("subject", {}),
            inquiry=scope.get("inquiry", {}),
            application=scope.get("application", {}),
            device=scope.get("device", {}),
            consent=scope.get("consent", {}),
            user_info=scope.get("user_info", {}),
            reference=job.reference,
            earlier={name: scope[name] for name in ("steps", "job", "callback")},
            paid=job.billed is Billed.YES,
        )

    def correlation(self, job: Job) -> str:
        """Give the name by which callbacks know a job; nothing where it has none yet."""
        if self.callback is None:
            return ""
        return job.id if self.callback.equals == "job.id" else job.reference

    def reply(self, told: Told) -> Reply:
        """Make a reply of what a callback told."""
        return Reply(
            connector=self.connector,
            version=self.version,
            outcome=told.outcome,
            user_info=told.user_info,
            meta=told.notes,
            mapped=told.counts,
            billed=told.billed,
            attempts=0,
            bureau_reference=told.bureau_reference,
            observed_at=told.observed_at,
            retrieved_at=self.kit.clock.utc(),
            whole=told.whole,
        )

    def pending(self, job: Job, call_id: str) -> Reply:
        """Make the reply that names a job which goes on."""
        return Reply(
            connector=self.connector,
            version=self.version,
            outcome=Outcome.PENDING,
            call_id=call_id,
            bureau_reference=job.id,
            retrieved_at=self.kit.clock.utc(),
            job=job.key,
        )

    def failure(self, kind: type[ConnectorError], note: str) -> ConnectorError:
        """Make a failure of the job as such, rather than of one of its messages."""
        error = kind(self.connector, note)
        if self.effect is Effect.FREE:
            error.billed = Billed.NO
        error.cost = Decimal(0) if error.billed is Billed.NO else self.price
        return error

    def over(self, job: Job) -> float:
        """Say when a job's time is over, on the loop's clock."""
        clock = self.kit.clock
        return clock.now() + (job.gives_up_at - clock.utc()).total_seconds()

    async def check_resolved(self, key: str) -> None:
        """Refuse a hard inquiry where an earlier one may have arrived (spec 5)."""
        if self.effect is Effect.HARD_INQUIRY:
            ended = await self.jobs.ended(key)
            if ended is not None and ended.outcome in AMBIGUOUS:
                raise Unresolved(self.connector, "an earlier inquiry is not resolved")

    async def kept(self, job: Job) -> Job | None:
        """
        Give a job as it is kept: None where others have ended it.

        While nothing can be read it is what we know of it: no end is lost for want
        of a look, nor what was paid for on the way; `Jobs.end` looks again.
        """
        try:
            return await self.jobs.kept(job)
        except LedgerDown:
            return job

    async def elsewhere(self, key: str) -> Reply:
        """Give the end that somebody else has written."""
        ended = await self.jobs.ended(key)
        if ended is None or ended.reply is None:
            raise self.failure(Lost, "ended elsewhere")
        return ended.reply

    async def durably(self, write: Callable[[], Awaitable[None]], until: float) -> None:
        """Write, again and again while nothing can be written; `Lost` at the end of all time."""
        while True:
            try:
                return await write()
            except LedgerDown as error:
                if self.kit.clock.now() + AGAIN > until:
                    raise self.failure(Lost, "not written down") from error
            await self.kit.clock.sleep(AGAIN)

    def _wanted(self, root: str, values: Values) -> Values:
        return {path: value for path, value in values.items() if f"{root}.{path}" in self.later}


def scope_of(
    job: Job, given: Mapping[str, Values] | None = None, callback: Values | None = None
) -> Scope:
    """Say what a message, or the id of a job, may refer to."""
    earlier = {**job.captured, **(given or {})}
    return {
        **job.values,
        "call": {"reference": job.reference},
        "steps": earlier.get("steps", {}),
        "job": {**earlier.get("job", {}), "id": job.id},
        "callback": callback or {},
    }


def patient(call: Call) -> Call:
    """Wait also for an answer that outlives its attempt's time: a job has time."""

    async def ask(query: Query) -> Reply:
        late: list[Future[Reply]] = []
        try:
            return await call(replace(query, outlived=late.append))
        except Lost:
            if not late:
                raise
        return await asyncio.shield(late[-1])

    return ask
