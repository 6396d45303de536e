"""What is known by now of an inquiry that was made before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.contract import Reply
from connectors.errors import LedgerDown
from connectors.job import Job, Jobs
from connectors.words import Billed, Effect, Outcome

from ...errors import LedgerUnavailable
from ...model import Answer, Missed
from ...stages.failing import KINDS, failure
from ...store.ledger.contract import CallRow, Claim, Claimed, ClaimState, Ledger
from .answers import Kept
from .keeping import Keeping

GOES_ON = frozenset({Outcome.HIT, Outcome.PENDING})
"""Of a step: what another message followed."""


@dataclass(frozen=True, slots=True)
class Known:
    """The answers of an inquiry, at what they cost."""

    answers: Mapping[str, Answer]
    kept: Kept | None
    """How it ended; None where it was cut short, or where nothing was bought after all."""
    unkept: Mapping[str, Answer] = field(default_factory=dict)
    """How asking others ended that cost nothing: nobody has their answers, they are asked anew."""

    @property
    def is_whole(self) -> bool:
        """Whether nobody else is to be asked."""
        return self.kept is not None


@dataclass(frozen=True, slots=True)
class Recall:
    """
    Puts together what was kept at an inquiry's end and what has come since.

    An answer that was paid for and came too late is in the ledger, with its call.
    So is all that was bought for an inquiry that was cut short.
    """

    ledger: Ledger
    jobs: Jobs
    keeping: Keeping

    async def __call__(self, claimed: Claimed) -> Known:
        """Look up. Raises `LedgerUnavailable`."""
        try:
            return await self._known(claimed)
        except LedgerDown as error:
            raise LedgerUnavailable from error

    async def bought(self, claim: Claim) -> Mapping[str, Answer]:
        """Give those of whom nothing may be bought again by now. Raises `LedgerUnavailable`."""
        try:
            return (await self._from_calls(claim)).answers
        except LedgerDown as error:
            raise LedgerUnavailable from error

    async def is_coming(self, claimed: Claimed) -> bool:
        """
        Whether something is on its way to an inquiry that ended without a report.

        Of one that was cut short nobody waits for that: others are to be asked, too.
        Raises `LedgerUnavailable`.
        """
        if claimed.state is not ClaimState.UNKNOWN or claimed.kept is None:
            return False
        claim = claimed.claim
        try:
            calls = await self.ledger.calls(claim.tenant, claim.inquiry_id)
            return any(call.outcome is None for call in calls) or bool(await self._jobs(claim))
        except LedgerDown as error:
            raise LedgerUnavailable from error

    async def _known(self, claimed: Claimed) -> Known:
        kept = self.keeping.answers_of(claimed)
        if kept is None:
            return await self._from_calls(claimed.claim)
        answers = {name: each.answer(name) for name, each in kept.answers.items()}
        if unsure := {name for name, answer in answers.items() if is_unsure(answer)}:
            late = await self._calls_and_replies(claimed.claim)
            answers |= {name: _later(answers[name], late.get(name)) for name in unsure}
        bought = any(answer.reply or is_unsure(answer) for answer in answers.values())
        if claimed.state is ClaimState.UNKNOWN and not bought:
            return await self._from_calls(claimed.claim)
        return Known(answers, kept)

    async def _from_calls(self, claim: Claim) -> Known:
        found = await self._calls_and_replies(claim)
        if found:
            found |= {job.connector: _pending(job) for job in await self._jobs(claim)}
        answers = {
            name: answer
            for name, answer in found.items()
            if answer.reply is not None or is_unsure(answer)
        }
        unkept = {name: answer for name, answer in found.items() if name not in answers}
        return Known(answers, None, unkept)

    async def _jobs(self, claim: Claim) -> list[Job]:
        """Give those that are open, and were opened for it."""
        return [
            job
            for job in await self.jobs.all_open()
            if (job.standing.tenant, job.standing.inquiry_id) == (claim.tenant, claim.inquiry_id)
        ]

    async def _calls_and_replies(self, claim: Claim) -> dict[str, Answer]:
        calls = await self.ledger.calls(claim.tenant, claim.inquiry_id)
        replies = await self.ledger.replies(claim.tenant, claim.inquiry_id)
        by_connector: dict[str, list[CallRow]] = {}
        for call in calls:
            by_connector.setdefault(call.connector, []).append(call)
        return {name: told(name, rows, replies.get(name)) for name, rows in by_connector.items()}


def is_unsure(answer: Answer) -> bool:
    """Whether a connector gave nothing, or nothing new, and may be charged for all the same."""
    if answer.reply is not None:
        return bool(answer.reply.failed_call) and answer.reply.billed is not Billed.NO
    error = answer.missed.error if answer.missed else None
    return error is not None and error.billed is not Billed.NO


def is_unknown(answer: Answer) -> bool:
    """Whether nobody knows what became of a call."""
    error = answer.missed.error if answer.missed else None
    return error is not None and error.billed is Billed.UNKNOWN


def told(name: str, rows: Sequence[CallRow], reply: Reply | None) -> Answer:
    """
    Tell from the ledger how asking a connector ended; of all calls the gravest speaks.

    An answer that is kept no longer, or was free and never kept, is lost to the inquiry.
    """
    if reply is not None and not _goes_on(reply):
        return Answer(name, reply, None, 0.0)
    paid = [row for row in rows if _may_be_paid(row)]
    row = (paid or rows)[-1]
    outcome = row.outcome if row.outcome in KINDS else Outcome.LOST
    sure = Billed.YES if row.billed is Billed.YES else Billed.UNKNOWN
    billed = sure if paid else Billed.NO
    cost = row.cost if paid else Decimal(0)
    error = failure(name, outcome, billed, cost, row.call_id)
    if error is not None:
        error.attempts = len(rows)
    return Answer(name, None, Missed(name, outcome, error), 0.0)


def _may_be_paid(row: CallRow) -> bool:
    """
    Whether a call has cost something, or may yet.

    A job is often charged for on a free message, and its submission says NO until then.
    """
    if row.billed is Billed.YES:
        return True
    goes_on = row.outcome is Outcome.PENDING
    return row.effect is not Effect.FREE and (goes_on or row.billed is not Billed.NO)


def _later(kept: Answer, now: Answer | None) -> Answer:
    """Give what has become known; of what has not, what was said then."""
    if now is None or (now.reply is None and (kept.reply is not None or is_unknown(now))):
        return kept
    return now


def _goes_on(reply: Reply) -> bool:
    """Whether a reply is but a step: what was asked for would have come with a later message."""
    return reply.outcome is Outcome.PENDING or bool(reply.step and reply.outcome in GOES_ON)


def _pending(job: Job) -> Answer:
    reply = Reply(
        connector=job.connector,
        version=job.version,
        outcome=Outcome.PENDING,
        billed=job.billed,
        cost=job.cost,
        call_id=job.call_id,
        bureau_reference=job.id,
        retrieved_at=job.opened_at,
        job=job.key,
    )
    return Answer(job.connector, reply, None, 0.0)
