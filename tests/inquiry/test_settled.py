"""What an inquiry is told to have come to, once somebody knows of each of its calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from connectors.kit import Ending
from connectors.words import Billed, Outcome
from gateway.errors import OutcomeUnknown, UnknownInquiry
from gateway.rpc.translate import amount
from gateway.store.ledger.contract import Source

from .test_once import failing, outcomes
from .world import HANG, HIT, SLOW, UNSENT, Act, Life, World

INSUFFICIENT = report_pb2.VERDICT_INSUFFICIENT
PRICE = Decimal("0.50")
SETTLED = 60.0
"""Seconds after which nobody waits for an answer any more."""


async def settle(life: Life, billed: Billed, connector: str = "score") -> None:
    """Say of the call what its bureau's bill says."""
    (call,) = [
        each
        for each in await life.ledger.calls("lender", "i-1")
        if each.connector == connector and each.is_unknown
    ]
    cost = PRICE if billed is Billed.YES else Decimal(0)
    ending = Ending(Outcome.LOST, billed, cost, "", 0.0)
    await life.ledger.resolve(call, ending, Source.BILLING_FILE)


def told(report: report_pb2.Report, connector: str = "score") -> tuple[str, str, Decimal]:
    (part,) = [each for each in report.connectors if each.connector == connector]
    outcome = report_pb2.Outcome.Name(part.outcome).removeprefix("OUTCOME_")
    billed = report_pb2.Billed.Name(part.billed).removeprefix("BILLED_")
    return outcome, billed, amount(part.cost)


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    life = await world.life()
    yield life
    await life.end()


async def lost(world: World, life: Life, **acts: list[Act]) -> OutcomeUnknown:
    """Ask, lose the answer of the first connector, and wait until nobody expects it any more."""
    world.script.acts = {"score": [HANG], "extra": [UNSENT], **acts}
    error = await failing(life.ask(world.request()))
    assert isinstance(error, OutcomeUnknown)
    await asyncio.sleep(SETTLED)
    return error


async def test_what_is_known_to_be_lost_and_charged_for_is_reported(
    world: World, life: Life
) -> None:
    await lost(world, life)
    before = await life.come_back("i-1")
    await settle(life, Billed.YES)
    found = await life.come_back("i-1")
    again = await life.ask(world.request())

    assert before.state == pb.INQUIRY_STATE_UNKNOWN
    assert (found.state, tuple(found.unknown_call_ids)) == (pb.INQUIRY_STATE_FINAL, ())
    assert told(found.report) == ("LOST", "YES", PRICE)
    assert amount(found.report.cost) == PRICE
    assert told(again) == ("LOST", "YES", Decimal(0))
    assert (again.replayed, amount(again.cost)) == (True, Decimal(0))
    for report in (found.report, again):
        assert report.completeness.verdict == INSUFFICIENT
        assert outcomes(report)["extra"] == "UNREACHABLE"
    assert world.hits == {"score": 1}


async def test_what_is_known_to_have_cost_nothing_is_asked_anew(world: World, life: Life) -> None:
    await lost(world, life)
    await settle(life, Billed.NO)
    gone = await failing(life.come_back("i-1"))
    world.script.acts = {"score": [HIT], "extra": [HIT]}
    again = await life.ask(world.request())

    assert isinstance(gone, UnknownInquiry)
    assert outcomes(again) == {"score": "HIT", "extra": "HIT"}


async def test_as_long_as_one_of_several_is_unknown_it_alone_is_named(
    world: World, life: Life
) -> None:
    error = await lost(world, life, extra=[HANG])
    (score, extra) = error.call_ids
    await settle(life, Billed.YES)
    found = await life.come_back("i-1")
    again = await failing(life.ask(world.request()))
    await settle(life, Billed.NO, "extra")
    over = await life.come_back("i-1")

    assert score != extra
    assert isinstance(again, OutcomeUnknown)
    assert found.state == pb.INQUIRY_STATE_UNKNOWN
    assert tuple(found.unknown_call_ids) == again.call_ids == (extra,)
    assert over.state == pb.INQUIRY_STATE_FINAL
    assert [told(over.report, name)[1] for name in ("score", "extra")] == ["YES", "NO"]
    assert world.hits == {"score": 1, "extra": 1}


async def test_an_answer_about_somebody_else_that_is_charged_for_is_no_open_question(
    world: World,
) -> None:
    file = "connectors/score.yaml"
    row = "outcomes:\n  - {outcome: SUBJECT_MISMATCH, status: 409}\n"
    world.folder.files[file] = world.folder.files[file].replace("outcomes:\n", row)
    world.script.acts = {"score": [Act(status=409)], "extra": [UNSENT]}
    life = await world.life()
    report = await life.ask(world.request())
    found = await life.come_back("i-1")
    again = await life.ask(world.request())
    await life.end()

    assert told(report) == told(found.report) == ("SUBJECT_MISMATCH", "YES", PRICE)
    assert told(again) == ("SUBJECT_MISMATCH", "YES", Decimal(0))
    assert report.completeness.verdict == INSUFFICIENT
    assert not report.HasField("user_info") or not report.user_info.ByteSize()
    assert found.state == pb.INQUIRY_STATE_FINAL
    assert report.report_id == found.report.report_id == again.report_id


async def cut_short(world: World, life: Life) -> None:
    """Leave an inquiry before its end, and wait until nobody expects anything any more."""
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(SETTLED)


def free(world: World, connector: str) -> None:
    file = f"connectors/{connector}.yaml"
    text = world.folder.files[file].replace("effect: chargeable", "effect: free")
    billing = next(line for line in text.splitlines() if line.startswith("billing"))
    world.folder.files[file] = text.replace(f"{billing}\n", "")


def product(world: World, extra: str) -> None:
    file = "products/credit.yaml"
    world.folder.files[file] = world.folder.files[file].replace("{connector: extra}", extra)


async def later_in_turn(world: World) -> Life:
    """Start a process in which the second connector waits for what the first answers."""
    product(world, "{connector: extra, needs: [score]}")
    return await world.life()


async def test_who_answered_for_nothing_is_not_called_unreachable_and_is_still_to_come(
    world: World,
) -> None:
    free(world, "extra")
    world.script.acts = {"score": [SLOW], "extra": [HIT]}
    life = await world.life()
    await cut_short(world, life)
    early = await life.come_back("i-1")
    rest = await life.ask(world.request())
    late = await life.come_back("i-1")
    await life.end()

    assert early.state == pb.INQUIRY_STATE_PENDING
    assert outcomes(early.report) == {"score": "HIT", "extra": "LOST"}
    assert told(early.report, "extra") == ("LOST", "NO", Decimal(0))
    assert outcomes(rest) == outcomes(late.report) == {"score": "HIT", "extra": "HIT"}
    assert amount(rest.cost) == Decimal(0)
    assert late.state == pb.INQUIRY_STATE_FINAL
    assert world.hits == {"score": 1, "extra": 2}


async def test_who_was_not_asked_is_said_not_to_have_been(world: World) -> None:
    life = await later_in_turn(world)
    world.script.acts = {"score": [SLOW], "extra": [HIT]}
    await cut_short(world, life)
    early = await life.come_back("i-1")
    rest = await life.ask(world.request())
    await life.end()

    assert early.state == pb.INQUIRY_STATE_PENDING
    assert outcomes(early.report) == {"score": "HIT", "extra": "SKIPPED_BUDGET"}
    assert outcomes(rest) == {"score": "HIT", "extra": "HIT"}
    assert world.hits == {"score": 1, "extra": 1}


async def test_what_was_cut_short_and_is_unknown_is_so_first(world: World) -> None:
    life = await later_in_turn(world)
    world.script.acts = {"score": [HANG], "extra": [HIT]}
    await cut_short(world, life)
    unknown = await life.come_back("i-1")
    await settle(life, Billed.YES)
    early = await life.come_back("i-1")
    rest = await life.ask(world.request())
    late = await life.come_back("i-1")
    await life.end()

    assert unknown.state == pb.INQUIRY_STATE_UNKNOWN
    assert early.state == pb.INQUIRY_STATE_PENDING
    assert told(early.report) == ("LOST", "YES", PRICE)
    assert outcomes(early.report)["extra"] == "SKIPPED_BUDGET"
    # It was to be asked with what the first would have answered.
    assert outcomes(rest) == outcomes(late.report) == {"score": "LOST", "extra": "NEED_INPUT"}
    assert amount(rest.cost) == Decimal(0)
    assert late.state == pb.INQUIRY_STATE_FINAL
    assert world.hits == {"score": 1}


async def test_what_was_cut_short_with_nobody_left_to_ask_is_final(world: World) -> None:
    condition = "{connector: extra, when: {subject.email: {present: true}}}"
    product(world, condition)
    life = await world.life()
    world.script.acts = {"score": [SLOW]}
    await cut_short(world, life)
    found = await life.come_back("i-1")
    again = await life.ask(world.request())
    await life.end()

    assert found.state == pb.INQUIRY_STATE_FINAL
    assert outcomes(found.report) == outcomes(again) == {"score": "HIT", "extra": "NOT_NEEDED"}
    assert world.hits == {"score": 1}
