"""What a caller is told who comes back for an inquiry by its id alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from connectors.errors import LedgerDown
from connectors.words import Billed

from ..errors import ConnectorsUnavailable, LedgerUnavailable, OutcomeUnknown, UnknownInquiry
from ..model import Answer, Answers, Inquiry
from ..pipeline import unheard
from ..stages.recollect import as_it_was, is_open
from ..store.ledger.contract import Claimed, ClaimState, Ledger
from .given import Given
from .kept.answers import Question
from .kept.keeping import Keeping
from .kept.recall import Recall
from .replaying import Replay
from .runs import Runs


@unique
class State(StrEnum):
    """How far an inquiry has come."""

    RUNNING = "RUNNING"
    PENDING = "PENDING"
    FINAL = "FINAL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Found:
    """An inquiry to come back for."""

    claimed: Claimed
    question: Question


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of it."""

    state: State
    given: Given | None
    unknown: tuple[str, ...] = ()
    """Calls of which nobody knows the outcome."""


@dataclass(frozen=True, slots=True)
class ComingBack:
    """
    Finds an inquiry, and walks it through the house again for whoever comes back.

    Asks nobody, claims nothing and changes nothing: what comes late is found
    where it was written down. What a call cost is said as it was.
    """

    ledger: Ledger
    keeping: Keeping
    runs: Runs
    recall: Recall
    replay: Replay

    async def find(self, tenant: str, inquiry_id: str) -> Found:
        """Look an inquiry up. Raises `UnknownInquiry`, also where nothing came of it."""
        claimed = await self._claimed(tenant, inquiry_id)
        question = self.keeping.question_of(claimed)
        if question is None:
            raise UnknownInquiry
        return Found(claimed, question)

    async def __call__(self, found: Found, inquiry: Inquiry) -> Seen:
        with self.replay.line.pipeline.room(inquiry):
            return await self._seen(found.claimed, inquiry)

    async def _seen(self, claimed: Claimed, inquiry: Inquiry) -> Seen:
        if claimed.state is ClaimState.RUNNING and self._is_under_way(claimed):
            # Whether it may come back is judged all the same, as far as that can be said now.
            await self.replay.line.granting(self.replay.replaying).grant(inquiry)
            return Seen(State.RUNNING, None)
        known = await self.recall(claimed)
        if not known.answers:
            raise UnknownInquiry
        try:
            given = await self.replay(inquiry, known, unheard, as_it_was)
        except OutcomeUnknown as error:
            return Seen(State.UNKNOWN, None, error.call_ids)
        except ConnectorsUnavailable:
            raise UnknownInquiry from None
        answers = given.verified.report.answers
        if any(map(is_open, answers.by_connector.values())):
            return Seen(State.PENDING, given)
        if unknown := _unknown(answers):
            return Seen(State.UNKNOWN, given, unknown)
        # Of what was cut short, those are still to come who were not asked, or not heard.
        rest = not known.is_whole and not known.answers.keys() >= set(answers.granted.connectors)
        return Seen(State.PENDING if rest else State.FINAL, given)

    async def _claimed(self, tenant: str, inquiry_id: str) -> Claimed:
        try:
            claimed = await self.ledger.claimed(tenant, inquiry_id)
            if claimed is not None and (run := self.runs.find(_key(claimed))) and run.is_over:
                await run.closed.wait()
                claimed = await self.ledger.claimed(tenant, inquiry_id)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        if claimed is None or claimed.state is ClaimState.RELEASED:
            raise UnknownInquiry
        return claimed

    def _is_under_way(self, claimed: Claimed) -> bool:
        return claimed.elsewhere or self.runs.find(_key(claimed)) is not None


def _key(claimed: Claimed) -> tuple[str, str, str]:
    claim = claimed.claim
    return claim.tenant, claim.inquiry_id, claim.fingerprint


def _unknown(answers: Answers) -> tuple[str, ...]:
    return tuple(filter(None, map(_unknown_call, answers.by_connector.values())))


def _unknown_call(answer: Answer) -> str:
    """Name the call of which nobody knows the outcome, where there is one."""
    if answer.reply is not None:
        return answer.reply.failed_call if answer.reply.billed is Billed.UNKNOWN else ""
    error = answer.missed.error if answer.missed else None
    return error.call_id if error and error.billed is Billed.UNKNOWN else ""
