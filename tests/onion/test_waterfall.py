"""Members of a waterfall: asked in turn, on nothing but what the product names, and never twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import Reply
from connectors.errors import (
    BadAnswer,
    BreakerOpen,
    BrokeDown,
    BulkheadFull,
    ConnectorError,
    Duplicate,
    InvalidInput,
    LedgerDown,
    Lost,
    NeedInput,
    NoBudget,
    NotSent,
    QuotaExceeded,
    RateLimited,
    Refused,
    SpendCapped,
    TimedOut,
    Unreadable,
    Unresolved,
    WrongSubject,
)
from connectors.words import Billed, Outcome, ServedFrom
from gateway.errors import LedgerUnavailable
from gateway.model import Answers
from gateway.product import Waterfall
from gateway.stages.plan import Seat
from tests.rooms import admitted, filled, granted, known, reply, reused, seat
from tests.virtual import VirtualClock

from .test_fan_out import Desk, to

GOING = frozenset({Outcome.NO_HIT, Outcome.UNREACHABLE, Outcome.BREAKER_OPEN})


def members(*names: str, bureaus: tuple[str, ...] = (), **rules: Any) -> tuple[Seat, ...]:
    """Seat a waterfall, each member of a bureau of its own."""
    use = {key: rules.pop(key) for key in ("required", "needs", "patience") if key in rules}
    waterfall = Waterfall(**{"name": "fall", "order": names, "continue_on": GOING, **rules})
    return tuple(
        seat(name, bureau=bureau, waterfall=waterfall, **use)
        for name, bureau in zip(names, bureaus or names, strict=True)
    )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def ends(answers: Answers) -> list[Outcome]:
    return list(answers.outcomes.values())


def failure(outcome: Outcome, *, billed: Billed | None = None) -> ConnectorError:
    """Fail as a connector does that ended so."""
    kinds: list[type[ConnectorError]] = [
        *(NotSent, Lost, TimedOut, BrokeDown, Unreadable, WrongSubject, InvalidInput, Refused),
        *(RateLimited, QuotaExceeded, Duplicate, BreakerOpen, BulkheadFull, NeedInput, NoBudget),
        *(SpendCapped, Unresolved, BadAnswer),
    ]
    error = next(kind for kind in kinds if kind.outcome is outcome)("a")
    error.billed = error.billed if billed is None else billed
    error.call_id = "call-a"
    return error


REPLIES = (Outcome.HIT, Outcome.NO_HIT, Outcome.NO_SCORE, Outcome.MISMATCH, Outcome.BLOCKED)
TO_COME = (Outcome.PENDING, Outcome.NEED_MORE)
NAMED = tuple(each for each in Outcome if each not in {*TO_COME, Outcome.HIT, Outcome.NOT_NEEDED})


@pytest.mark.parametrize("first", [each for each in Outcome if each is not Outcome.NOT_NEEDED])
@pytest.mark.parametrize("named", [True, False])
async def test_the_next_is_asked_on_what_is_named_and_on_nothing_else(
    desk: Desk, first: Outcome, *, named: bool
) -> None:
    if named and first not in NAMED:
        return
    others = frozenset(NAMED) - {first}
    continue_on = others | {first} if named else others
    end = reply("a", first) if first in REPLIES + TO_COME else failure(first)
    desk.says("a", 1, end)
    desk.says("b", 2)
    answers = await desk.ask(*members("a", "b", continue_on=continue_on))

    assert ends(answers) == [first, Outcome.HIT if named else Outcome.NOT_NEEDED]
    assert ("b" in desk.asked) == named
    # Each is told of as it ends, those among them whose turn never came.
    assert desk.told == [("a", 1), ("b", 3 if named else 1)]


async def test_who_answers_ends_it(desk: Desk) -> None:
    for name in "abc":
        desk.says(name, 1)
    answers = await desk.ask(*members("a", "b", "c"))

    assert ends(answers) == [Outcome.HIT, Outcome.NOT_NEEDED, Outcome.NOT_NEEDED]
    assert list(desk.asked) == ["a"]


@pytest.mark.parametrize(
    "first", [Outcome.TIMEOUT, Outcome.LOST, Outcome.BUREAU_ERROR, Outcome.BAD_RESPONSE]
)
async def test_a_bureau_that_may_have_sold_is_not_asked_again_by_another_name(
    desk: Desk, first: Outcome
) -> None:
    """Such a product is refused at load; should it run all the same, it buys nothing twice."""
    desk.says("a", 1, failure(first))
    desk.says("b", 1)
    desk.says("c", 1)
    fall = members("a", "b", "c", bureaus=("acme", "acme", "beta"), continue_on={first})
    answers = await desk.ask(*fall)

    assert ends(answers) == [first, Outcome.SKIPPED_POLICY, Outcome.HIT]
    assert list(desk.asked) == ["a", "c"]


async def test_an_old_answer_in_the_place_of_a_lost_call_makes_a_bureau_no_surer(
    desk: Desk,
) -> None:
    """Stale, it says that nobody was on file; the call that failed may be billed all the same."""
    old = reply("a", Outcome.NO_HIT, served_from=ServedFrom.STALE, billed=Billed.UNKNOWN)
    desk.says("a", 1, replace(old, failed_call="call-a"))
    desk.says("c", 1)
    fall = members("a", "b", "c", bureaus=("acme", "acme", "beta"))

    assert ends(await desk.ask(*fall)) == [Outcome.NO_HIT, Outcome.SKIPPED_POLICY, Outcome.HIT]


async def test_what_is_surely_not_billed_may_be_asked_of_the_same_bureau(desk: Desk) -> None:
    desk.says("a", 1, failure(Outcome.BUREAU_ERROR, billed=Billed.NO))
    desk.says("b", 1)
    fall = members("a", "b", bureaus=("acme", "acme"), continue_on={Outcome.BUREAU_ERROR})

    assert ends(await desk.ask(*fall)) == [Outcome.BUREAU_ERROR, Outcome.HIT]


@pytest.mark.parametrize("took, asked", [(8.6, True), (8.69, True), (8.71, False)])
async def test_the_next_is_begun_only_with_enough_time_left(
    desk: Desk, took: float, *, asked: bool
) -> None:
    """Answers are waited for until 9.5."""
    desk.says("a", took, NotSent("a"))
    desk.says("b", 0.1)
    answers = await desk.ask(*members("a", "b", start_if_remaining="800ms"))

    last = Outcome.HIT if asked else Outcome.SKIPPED_BUDGET
    assert ends(answers) == [Outcome.UNREACHABLE, last]


async def test_the_first_is_asked_however_little_is_left(desk: Desk) -> None:
    desk.says("a", 0.1)
    fall = members("a", "b", start_if_remaining="5s")

    assert ends(await desk.ask(*fall, grant=to("a", "b", within=1.0)))[0] is Outcome.HIT


async def test_time_that_one_leaves_over_is_the_next_ones(desk: Desk) -> None:
    desk.says("a", 1, NotSent("a"))
    desk.waits("b")
    await desk.ask(*members("a", "b", required=True))

    assert dict(desk.told)["b"] == 9.5


async def test_two_must_answer_where_the_product_says_so(desk: Desk) -> None:
    desk.says("a", 1)
    desk.says("b", 1, reply("b", Outcome.NO_HIT))
    desk.says("c", 1)
    desk.says("d", 1)
    answers = await desk.ask(*members("a", "b", "c", "d", min_success=2))

    assert ends(answers) == [Outcome.HIT, Outcome.NO_HIT, Outcome.HIT, Outcome.NOT_NEEDED]
    assert VirtualClock().now() == 3


async def test_an_optional_one_has_as_much_time_as_all_members_of_a_required_one(
    desk: Desk,
) -> None:
    desk.says("a", 1, NotSent("a"))
    desk.says("b", 1)
    desk.waits("c")
    await desk.ask(*members("a", "b", required=True, patience=2.0), seat("c"))

    assert dict(desk.told)["c"] == 4


async def test_an_optional_one_waits_no_longer_than_the_required_may_take(desk: Desk) -> None:
    desk.says("a", 1)
    desk.waits("b")
    desk.waits("c")
    rest = members("b", "c", continue_on={Outcome.TIMEOUT}, start_if_remaining="100ms")
    answers = await desk.ask(seat("a", required=True, patience=3.0), *rest)

    assert answers.outcomes["c"] is Outcome.SKIPPED_BUDGET
    assert dict(desk.told) == {"a": 1, "b": 3, "c": 3}


async def test_who_needs_a_waterfall_has_the_answer_of_whichever_member_gave_one(
    desk: Desk,
) -> None:
    desk.says("a", 1, NotSent("a"))
    desk.says("b", 1, reply("b", says=known(identity_verification={"nationality": "CN"})))
    desk.says("c", 1)
    await desk.ask(*members("a", "b"), seat("c", needs=("fall",)))

    at, query = desk.asked["c"]
    assert at == 2
    assert query.user_info["identity_verification.nationality"] == "CN"


async def test_of_two_answers_the_earlier_members_word_counts(desk: Desk) -> None:
    for name, code in (("a", "CN"), ("b", "KZ")):
        desk.says(name, 1, reply(name, says=known(identity_verification={"nationality": code})))
    desk.says("c", 1)
    await desk.ask(*members("a", "b", min_success=2), seat("c", needs=("fall",)))

    assert desk.asked["c"][1].user_info["identity_verification.nationality"] == "CN"


async def test_who_needs_one_in_which_nobody_answered_is_not_asked(desk: Desk) -> None:
    desk.says("a", 1, NotSent("a"))
    desk.says("b", 1, NotSent("b"))
    answers = await desk.ask(*members("a", "b"), seat("c", needs=("fall",)))

    assert answers.outcomes["c"] is Outcome.NEED_INPUT


async def test_a_waterfall_waits_for_whom_it_needs_or_is_not_asked(desk: Desk) -> None:
    desk.says("x", 1)
    desk.says("a", 1)
    await desk.ask(seat("x"), *members("a", "b", needs=("x",)))
    assert desk.asked["a"][0] == 1

    desk.says("x", 1, NotSent("x"))
    answers = await desk.ask(seat("x"), *members("a", "b", needs=("x",)))
    assert ends(answers)[1:] == [Outcome.NEED_INPUT, Outcome.NEED_INPUT]


def paid(name: str, outcome: Outcome, cost: str) -> Reply:
    return reply(name, outcome, cost=Decimal(cost))


@pytest.mark.parametrize(
    "allowance, expected",
    [
        ("3", [Outcome.NO_HIT, Outcome.NO_HIT, Outcome.HIT]),
        ("2", [Outcome.NO_HIT, Outcome.NO_HIT, Outcome.SKIPPED_COST]),
        ("1.50", [Outcome.NO_HIT, Outcome.SKIPPED_COST, Outcome.SKIPPED_COST]),
    ],
)
async def test_the_next_is_asked_only_if_its_price_is_left(
    desk: Desk, allowance: str, expected: list[Outcome]
) -> None:
    desk.says("a", 1, paid("a", Outcome.NO_HIT, "1"))
    desk.says("b", 1, paid("b", Outcome.NO_HIT, "1"))
    desk.says("c", 1)
    grant = replace(to("a", "b", "c"), allowances={"fall": Decimal(allowance)})

    assert ends(await desk.ask(*members("a", "b", "c"), grant=grant)) == expected


async def test_what_was_not_billed_is_left_for_the_next(desk: Desk) -> None:
    desk.says("a", 1, paid("a", Outcome.NO_HIT, "0"))
    desk.says("b", 1)
    grant = replace(to("a", "b"), allowances={"fall": Decimal(1)})

    assert ends(await desk.ask(*members("a", "b"), grant=grant)) == [Outcome.NO_HIT, Outcome.HIT]


async def test_what_may_have_been_billed_is_gone(desk: Desk) -> None:
    lost = failure(Outcome.LOST)
    lost.cost = Decimal(1)
    desk.says("a", 1, lost)
    grant = replace(to("a", "b"), allowances={"fall": Decimal(1)})
    answers = await desk.ask(*members("a", "b", continue_on={Outcome.LOST}), grant=grant)

    assert ends(answers) == [Outcome.LOST, Outcome.SKIPPED_COST]


async def test_what_counts_as_known_is_not_bought_after_all(desk: Desk) -> None:
    """It may be forgotten between the look and the question: no money was kept for that."""
    desk.says("a", 0, reused("a"))
    grant = replace(to("a", "b"), known=frozenset({"a"}), bound=True)
    await desk.ask(*members("a", "b"), grant=grant)

    assert desk.asked["a"][1].standing.reuse.value == "ONLY_CACHE"
    assert desk.served_[0].served_from is ServedFrom.CACHE


async def test_members_have_their_turns_in_the_order_of_the_grant(desk: Desk) -> None:
    """So what is known already comes first; the answers stand in the product's order."""
    desk.says("b", 1, reused("b"))
    answers = await desk.ask(*members("a", "b"), grant=to("b", "a"))

    assert list(desk.asked) == ["b"]
    assert answers.outcomes == {"a": Outcome.NOT_NEEDED, "b": Outcome.HIT}
    assert list(answers.by_connector) == ["a", "b"]


async def test_a_member_that_was_not_granted_has_no_turn(desk: Desk) -> None:
    desk.says("b", 1)
    answers = await desk.ask(*members("a", "b"), grant=to("b", a=Outcome.SKIPPED_POLICY))

    assert answers.outcomes == {"a": Outcome.SKIPPED_POLICY, "b": Outcome.HIT}


async def test_without_a_ledger_nobody_else_is_asked(desk: Desk) -> None:
    desk.says("a", 1, LedgerDown())
    with pytest.raises(LedgerUnavailable):
        await desk.ask(*members("a", "b"))

    assert list(desk.asked) == ["a"]


async def test_a_caller_who_gives_up_ends_the_wait_and_begins_no_other(desk: Desk) -> None:
    desk.says("a", 5)
    waiting = asyncio.create_task(desk.ask(*members("a", "b")))
    await asyncio.sleep(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert desk.cancelled == ["a"]
    assert list(desk.asked) == ["a"]


async def test_a_waterfall_and_the_others_are_asked_at_once(desk: Desk) -> None:
    for name in "abx":
        desk.says(name, 1)
    stage = await desk.ask(
        *members("a", "b"),
        seat("x"),
        grant=granted("a", "b", "x", of=filled(admitted(deadline=10.0))),
    )

    assert {name: at for name, (at, _) in desk.asked.items()} == {"a": 0, "x": 0}
    assert stage.outcomes["x"] is Outcome.HIT
