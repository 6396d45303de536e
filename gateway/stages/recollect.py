"""Stage five of an inquiry that comes back: what was answered then, and what has come since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal

from connectors.errors import LedgerDown, NoBudget
from connectors.job import Ended, Job, Jobs
from connectors.policy.reuse.sharing import as_shared
from connectors.words import Billed, Outcome, ServedFrom

from ..errors import LedgerUnavailable
from ..model import Answer, Answers, Granted, Missed, Tell
from .failing import failure

FORGOTTEN = Ended(Outcome.LOST, billed=Billed.UNKNOWN, note="its job is kept no longer")
"""The end of a job of which nobody wrote down how it ended, and that nobody follows."""


def as_it_was(answer: Answer) -> Answer:
    """Say what an answer cost when it was bought."""
    return answer


def for_nothing(answer: Answer) -> Answer:
    """Say of an answer that is given again that it cost nothing this time."""
    if (reply := answer.reply) is not None:
        live = reply.served_from in (ServedFrom.LIVE, ServedFrom.SHARED)
        again = replace(
            reply,
            served_from=ServedFrom.CACHE if live else reply.served_from,
            # An old answer may stand in for a call of which nobody knows the bill.
            billed=reply.billed if reply.failed_call else Billed.NO,
            cost=Decimal(0),
            attempts=0,
        )
        return Answer(answer.connector, again, None, 0.0)
    if answer.missed is None or answer.missed.error is None:
        return answer
    error = copy(answer.missed.error)
    error.cost, error.attempts = Decimal(0), 0
    return Answer(answer.connector, None, replace(answer.missed, error=error), 0.0)


@dataclass(frozen=True, slots=True)
class Recollect:
    """
    Ask nobody: give the answers that were kept, and ends in the place of jobs.

    What is no longer granted is not given, whatever it was then. Of what was cut
    short, whoever is granted and not known was not asked; who is not granted would
    not be asked for the rest of it either.
    """

    kept: Mapping[str, Answer]
    """By connector."""
    jobs: Jobs
    priced: Callable[[Answer], Answer] = as_it_was
    whole: bool = True
    """Whether they were a report's; else some may be of connectors on trial, which have none."""
    unkept: Mapping[str, Answer] = field(default_factory=dict)
    """How asking others ended, of whom nothing is kept: they are asked for the rest."""

    async def __call__(self, granted: Granted, tell: Tell) -> Answers:
        refused = {
            name: Answer(name, None, Missed(name, outcome), 0.0)
            for name, outcome in granted.refused.items()
        }
        answers: dict[str, Answer] = {}
        for name, answer in self.kept.items():
            if name in granted.connectors:
                answers[name] = self.priced(await self._now(answer))
            elif answer.reply is None and answer.missed and answer.missed.error is None:
                answers[name] = answer
            elif self.whole:
                answers[name] = refused.get(name, _declined(name))
        for name in granted.connectors:
            answers.setdefault(name, self.unkept.get(name) or _unasked(name))
        if not self.whole:
            answers = {**refused, **answers}
        for each in answers.values():
            tell(each)
        return Answers(granted, answers)

    async def _now(self, answer: Answer) -> Answer:
        if not is_open(answer):
            return answer
        reply = answer.reply
        key = reply.job if reply else ""
        try:
            open_job = await self.jobs.find(key)
            ended = await self.jobs.ended(key)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        if open_job is not None and (ended is None or _is_of(answer, open_job)):
            return answer
        return _ended(answer, ended or FORGOTTEN)


def is_open(answer: Answer) -> bool:
    """Whether an answer is still to come."""
    return (
        answer.reply is not None
        and answer.reply.outcome is Outcome.PENDING
        and bool(answer.reply.job)
    )


def _is_of(answer: Answer, job: Job) -> bool:
    """Whether a job is the one that was answered for; else it is a later one of its key."""
    told_at = answer.reply.retrieved_at if answer.reply else None
    return told_at is None or job.opened_at <= told_at


def _ended(answer: Answer, ended: Ended) -> Answer:
    name = answer.connector
    if ended.reply is not None:
        shared = answer.reply is not None and answer.reply.served_from is ServedFrom.SHARED
        return replace(answer, reply=as_shared(ended.reply) if shared else ended.reply)
    error = failure(name, ended.outcome, ended.billed, ended.cost, ended.call_id, ended.note)
    return Answer(name, None, Missed(name, ended.outcome, error), answer.latency)


def _declined(name: str) -> Answer:
    return Answer(name, None, Missed(name, Outcome.SKIPPED_POLICY), 0.0)


def _unasked(name: str) -> Answer:
    error = NoBudget(name, "the inquiry ended before")
    return Answer(name, None, Missed(name, error.outcome, error), 0.0)
