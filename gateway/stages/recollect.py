"""Stage five of an inquiry that comes back: what was answered then, and what has come since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.errors import LedgerDown
from connectors.job import Ended, Job, Jobs
from connectors.policy.reuse.sharing import as_shared
from connectors.words import Billed, Outcome, ServedFrom

from ..errors import LedgerUnavailable
from ..jobs.failing import failure
from ..model import Answer, Answers, Granted, Missed, Tell

FORGOTTEN = Ended(Outcome.LOST, billed=Billed.UNKNOWN, note="its job is kept no longer")
"""The end of a job of which nobody wrote down how it ended, and that nobody follows."""


@dataclass(frozen=True, slots=True)
class Recollect:
    """
    Ask nobody: give the answers that were kept, and ends in the place of jobs.

    What is no longer granted is not given, whatever it was then.
    """

    kept: Mapping[str, Answer]
    """By connector."""
    jobs: Jobs

    async def __call__(self, granted: Granted, tell: Tell) -> Answers:
        refused = {
            name: Answer(name, None, Missed(name, outcome), 0.0)
            for name, outcome in granted.refused.items()
        }
        answers: dict[str, Answer] = {}
        for name, answer in self.kept.items():
            if name in granted.connectors:
                answers[name] = await self._now(answer)
            else:
                answers[name] = refused.get(name, _declined(name))
            tell(answers[name])
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
