"""What the ledger tells of an inquiry that was cut short, connector by connector."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from connectors.contract import Reply
from connectors.errors import Lost, NotSent, TimedOut
from connectors.job import Job
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Billed, Effect, Outcome, Purpose, ServedFrom
from gateway.inquiries.kept.answers import Kept, Question
from gateway.inquiries.kept.keeping import Keeping
from gateway.inquiries.kept.recall import Known, Recall, is_unsure, told
from gateway.model import Answer
from gateway.stages.recollect import is_open
from gateway.store.ledger.contract import CallRow, Claim, Claimed, ClaimState, Source
from gateway.store.sealing import Sealer
from tests.rooms import NOW, failed, given, granted, reply, reused, skipped
from tests.standins import anything

KEEPING = Keeping(Sealer("1", {"1": b"k" * 32}, Random(1)))
CLAIM = Claim("lender", "i-1", "f", NOW + timedelta(days=1))


def call(connector: str = "a", **changes: Any) -> CallRow:
    basic = CallRow(
        call_id=f"call-{connector}",
        attempt=1,
        inquiry_id="i-1",
        tenant="lender",
        caller="scoring",
        product="credit",
        connector=connector,
        effect=Effect.CHARGEABLE,
        subject_token="t",
        purpose=Purpose.CREDIT_ORIGINATION,
        our_reference="r",
        instance="x",
        intended_at=NOW,
        outcome=None,
        billed=None,
        cost=Decimal("0.50"),
        currency="CNY",
        bureau_reference="",
        source=None,
        ended_at=None,
    )
    return replace(basic, **changes)


def ended(outcome: Outcome, billed: Billed, **changes: Any) -> CallRow:
    return call(outcome=outcome, billed=billed, source=Source.ATTEMPT, ended_at=NOW, **changes)


class Books:
    """What a ledger has of one inquiry."""

    def __init__(self, *calls: CallRow, replies: tuple[Reply, ...] = ()) -> None:
        self._calls = calls
        self._replies = {each.connector: each for each in replies}

    async def calls(self, *_: str) -> tuple[CallRow, ...]:
        return self._calls

    async def replies(self, *_: str) -> dict[str, Reply]:
        return self._replies


async def recalled(
    books: Books,
    *kept: Answer,
    state: ClaimState = ClaimState.UNKNOWN,
    jobs: JobsInMemory | None = None,
) -> Known:
    sealed = None
    if kept:
        end = Kept.of({each.connector: each for each in kept}, "r-1", NOW)
        sealed = KEEPING.answers("lender", "i-1", end)
    claimed = Claimed(CLAIM, state, "x", sealed)
    ledger: Any = books
    return await Recall(ledger, jobs or JobsInMemory(), KEEPING)(claimed)


MAY_BE_ASKED = [
    ended(Outcome.UNREACHABLE, Billed.NO),
    ended(Outcome.RATE_LIMITED, Billed.NO),
    ended(Outcome.HIT, Billed.NO),
    ended(Outcome.LOST, Billed.NO, effect=Effect.FREE),
    ended(Outcome.PENDING, Billed.NO, effect=Effect.FREE),
]
MAY_NOT = [
    call(),
    ended(Outcome.TIMEOUT, Billed.UNKNOWN),
    ended(Outcome.SUBJECT_MISMATCH, Billed.YES),
    ended(Outcome.HIT, Billed.YES),
    ended(Outcome.PENDING, Billed.NO),
    ended(Outcome.HIT, Billed.YES, effect=Effect.FREE),
]


@pytest.mark.parametrize("row", MAY_BE_ASKED, ids=lambda row: f"{row.outcome} {row.billed}")
async def test_what_provably_cost_nothing_may_be_asked(row: CallRow) -> None:
    assert (await recalled(Books(row))).answers == {}


@pytest.mark.parametrize("row", MAY_NOT, ids=lambda row: f"{row.outcome} {row.billed}")
async def test_what_may_have_cost_something_may_not(row: CallRow) -> None:
    # An earlier attempt that was turned away says nothing of the one that was not.
    turned_away = ended(Outcome.RATE_LIMITED, Billed.NO, call_id="first")
    for rows in ((row,), (turned_away, row), (row, turned_away)):
        known = await recalled(Books(*rows))

        assert is_unsure(known.answers["a"])
        assert not known.is_whole


async def test_what_was_bought_is_given() -> None:
    known = await recalled(Books(ended(Outcome.HIT, Billed.YES), replies=(reply("a"),)))

    assert known.answers == {"a": Answer("a", reply("a"), None, 0.0)}


@pytest.mark.parametrize(
    ("billed", "asked"), [(Billed.NO, True), (Billed.YES, False), (Billed.UNKNOWN, False)]
)
def test_a_step_is_no_answer_and_is_gone_over_again_only_for_nothing(
    billed: Billed, *, asked: bool
) -> None:
    answer = told("a", [ended(Outcome.HIT, billed)], reply("a", step="token"))

    assert answer.reply is None
    assert is_unsure(answer) is not asked


def test_a_step_that_ended_it_all_is_the_answer() -> None:
    nobody = reply("a", Outcome.NO_HIT, step="token")

    assert told("a", [ended(Outcome.NO_HIT, Billed.YES)], nobody).reply == nobody


async def test_a_job_that_goes_on_is_waited_for_and_not_opened_again() -> None:
    standing = replace(granted("a").standing, inquiry_id="i-1")
    job = Job("k", "a", "1.0.0", "r", NOW, NOW + timedelta(hours=1), standing, {})
    others = replace(job, key="o", standing=replace(standing, inquiry_id="i-2"), connector="b")
    jobs = JobsInMemory({"k": job, "o": others})
    known = await recalled(Books(ended(Outcome.PENDING, Billed.YES)), jobs=jobs)

    assert set(known.answers) == {"a"}
    assert is_open(known.answers["a"])


async def test_what_was_kept_is_given_and_the_ledger_is_not_asked_without_need() -> None:
    kept = (given(reply("a")), failed(NotSent("b")), skipped("c", Outcome.NOT_NEEDED))
    known = await recalled(anything(), *kept, state=ClaimState.DONE)

    assert known.is_whole
    assert {name: each.outcome for name, each in known.answers.items()} == {
        "a": Outcome.HIT,
        "b": Outcome.UNREACHABLE,
        "c": Outcome.NOT_NEEDED,
    }
    assert known.answers["c"].missed is not None and known.answers["c"].missed.error is None


async def test_what_comes_late_takes_the_place_of_what_was_lost() -> None:
    late = Books(ended(Outcome.HIT, Billed.YES), replies=(reply("a"),))
    known = await recalled(late, failed(TimedOut("a")))

    assert known.answers["a"].reply == reply("a")


async def test_what_stays_unknown_is_said_as_it_was() -> None:
    lost = failed(TimedOut("a"))
    known = await recalled(Books(call()), lost)

    assert known.answers["a"].outcome is Outcome.TIMEOUT


async def test_what_turns_out_to_have_cost_nothing_frees_the_inquiry() -> None:
    resolved = ended(Outcome.LOST, Billed.NO, cost=Decimal(0))
    known = await recalled(Books(resolved), failed(Lost("a")))

    assert (known.answers, known.is_whole) == ({}, False)


FREE = [
    (Outcome.NO_HIT, Outcome.LOST),
    (Outcome.HIT, Outcome.LOST),
    (Outcome.UNREACHABLE, Outcome.UNREACHABLE),
    (Outcome.BUREAU_ERROR, Outcome.BUREAU_ERROR),
]


@pytest.mark.parametrize(("outcome", "said"), FREE)
async def test_of_what_was_free_and_is_not_kept_it_is_said_how_it_ended(
    outcome: Outcome, said: Outcome
) -> None:
    """An answer that nobody has any more is lost, and its bureau was reached."""
    known = await recalled(Books(ended(outcome, Billed.NO, effect=Effect.FREE)))
    (answer,) = known.unkept.values()

    assert answer.outcome is said
    assert answer.missed is not None and (error := answer.missed.error) is not None
    assert (error.call_id, error.billed, error.cost) == ("call-a", Billed.NO, Decimal(0))


async def test_a_late_answer_takes_the_place_of_an_old_one() -> None:
    old = reused("a", served_from=ServedFrom.STALE, failed_call="call-a", billed=Billed.UNKNOWN)
    bought = Books(ended(Outcome.HIT, Billed.YES), replies=(reply("a"),))
    late = await recalled(bought, given(old), state=ClaimState.DONE)
    lost = await recalled(Books(call()), given(old), state=ClaimState.DONE)

    assert late.answers["a"].reply == reply("a")
    assert lost.answers["a"].reply == old


def test_what_is_kept_opens_in_its_place_alone_and_is_what_it_was() -> None:
    question = Question(b"\x00body", NOW)
    answers = {
        "a": given(reply("a", notes=("fraud.gang_risk",), user_info=b"\x00")),
        "b": failed(TimedOut("b")),
    }
    kept = Kept.of(answers, "r-1", NOW)
    sealed = KEEPING.answers("lender", "i-1", kept)
    claim = replace(CLAIM, request=KEEPING.question("lender", "i-1", question))
    moved = replace(claim, inquiry_id="i-2")

    assert KEEPING.question_of(Claimed(claim, ClaimState.DONE, "x", sealed)) == question
    assert KEEPING.answers_of(Claimed(claim, ClaimState.DONE, "x", sealed)) == kept
    assert KEEPING.question_of(Claimed(moved, ClaimState.DONE, "x", sealed)) is None
    assert KEEPING.answers_of(Claimed(moved, ClaimState.DONE, "x", sealed)) is None
    assert KEEPING.answers_of(Claimed(claim, ClaimState.DONE, "x", claim.request)) is None
    assert kept.answers["a"].answer("a") == answers["a"]
