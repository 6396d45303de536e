"""Who comes back for an inquiry learns how far it has come, and pays nothing for that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb

from gateway.errors import ConsentFails, GatewayError, NotAllowed, OutcomeUnknown, UnknownInquiry
from gateway.rpc.translate import amount
from tests.virtual import START

from .test_once import facts, failing, outcomes
from .world import HANG, HIT, SLOW, UNSENT, Life, World


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    life = await world.life()
    yield life
    await life.end()


async def unknown(life: Life, caller: str = "scoring") -> bool:
    return isinstance(await failing(life.come_back("i-1", caller)), UnknownInquiry)


async def test_an_inquiry_that_is_over_is_final_at_what_it_cost(world: World, life: Life) -> None:
    report = await life.ask(world.request())
    await asyncio.sleep(60)
    found = await life.come_back("i-1")

    assert found.state == pb.INQUIRY_STATE_FINAL
    assert facts(found.report) == facts(report)
    assert amount(found.report.cost) == amount(report.cost) == Decimal(1)
    assert not found.unknown_call_ids
    assert world.hits == {"score": 1, "extra": 1}
    assert world.decisions() == ["GRANTED", "REPLAYED"]


async def test_an_inquiry_that_runs_has_no_report_yet(world: World, life: Life) -> None:
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(0.05)
    found = await life.come_back("i-1")
    await asking

    assert found.state == pb.INQUIRY_STATE_RUNNING
    assert not found.HasField("report")


async def test_whoever_comes_at_the_very_end_finds_the_report(world: World, life: Life) -> None:
    await life.ask(world.request())

    assert (await life.come_back("i-1")).state == pb.INQUIRY_STATE_FINAL


async def test_nobody_else_finds_it_and_nobody_what_is_not_there(world: World, life: Life) -> None:
    assert await unknown(life)
    await life.ask(world.request())

    assert await unknown(life, "other")
    assert (await life.come_back("i-1", "colleague")).state == pb.INQUIRY_STATE_FINAL


async def test_what_bought_nothing_leaves_nothing_to_come_back_for(
    world: World, life: Life
) -> None:
    world.script.acts = {"score": [UNSENT], "extra": [UNSENT]}
    await failing(life.ask(world.request()))
    await life.settled()

    assert world.states() == {"i-1": "RELEASED"}
    assert await unknown(life)


async def test_what_is_unknown_is_named_until_its_answer_comes(world: World, life: Life) -> None:
    world.script.acts = {"score": [SLOW], "extra": [UNSENT]}
    end = await failing(life.ask(world.request()))
    found = await life.come_back("i-1")
    await asyncio.sleep(20)
    late = await life.come_back("i-1")

    assert isinstance(end, OutcomeUnknown)
    assert found.state == pb.INQUIRY_STATE_UNKNOWN
    assert tuple(found.unknown_call_ids) == end.call_ids
    assert not found.HasField("report")
    assert late.state == pb.INQUIRY_STATE_FINAL
    assert outcomes(late.report) == {"score": "HIT", "extra": "UNREACHABLE"}
    assert amount(late.report.cost) == Decimal("0.50")
    assert world.hits["score"] == 1


async def test_a_report_that_lacks_a_paid_answer_says_so(world: World, life: Life) -> None:
    world.script.acts = {"extra": [SLOW]}
    report = await life.ask(world.request())
    early = await life.come_back("i-1")
    await asyncio.sleep(20)
    late = await life.come_back("i-1")

    assert early.state == pb.INQUIRY_STATE_UNKNOWN
    assert facts(early.report) == facts(report)
    assert len(early.unknown_call_ids) == 1
    assert late.state == pb.INQUIRY_STATE_FINAL
    assert outcomes(late.report) == {"score": "HIT", "extra": "HIT"}
    assert amount(late.report.cost) == Decimal(1)


async def test_what_a_crash_cut_short_is_found_as_far_as_it_came(world: World) -> None:
    world.script.acts = {"score": [HIT], "extra": [HANG]}
    await world.crash_while_asked()
    life = await world.life()
    found = await life.come_back("i-1")
    await life.end()

    assert found.state == pb.INQUIRY_STATE_UNKNOWN
    assert outcomes(found.report) == {"score": "HIT", "extra": "LOST"}
    assert len(found.unknown_call_ids) == 1
    assert world.hits == {"score": 1, "extra": 1}


async def test_what_was_not_asked_before_a_cancel_is_not_asked_now(
    world: World, life: Life
) -> None:
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await life.settled()

    assert await unknown(life)
    assert not world.hits


async def test_what_is_not_granted_today_is_not_given(world: World, life: Life) -> None:
    request = world.request()
    request.consent.expires_at.FromDatetime(START + timedelta(seconds=30))
    await life.ask(request)
    await asyncio.sleep(60)
    refused: GatewayError = await failing(life.come_back("i-1"))

    assert isinstance(refused, ConsentFails)
    assert world.decisions() == ["GRANTED", "REFUSED"]


async def test_a_colleague_who_may_not_ask_may_not_look_either(world: World) -> None:
    file = "callers/colleague.yaml"
    more = world.folder.files["products/credit.yaml"].replace("name: credit", "name: more")
    world.folder.files["products/more.yaml"] = more
    world.folder.files[file] = world.folder.files[file].replace("[credit]", "[more]")
    life = await world.life()
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(0.05)
    running = await failing(life.come_back("i-1", "colleague"))
    await asking
    over = await failing(life.come_back("i-1", "colleague"))
    await life.end()

    assert isinstance(running, NotAllowed)
    assert isinstance(over, NotAllowed)


async def test_what_is_erased_is_given_to_nobody_and_bought_by_nobody(
    world: World, life: Life
) -> None:
    await life.ask(world.request())
    await life.settled()
    ((token,),) = world.rows("SELECT DISTINCT subject_token FROM inquiries")
    await life.ledger.erase("lender", token)
    is_gone = await unknown(life)
    again = await life.ask(world.request())

    assert is_gone
    assert outcomes(again) == {"score": "LOST", "extra": "LOST"}
    assert not again.user_info.ByteSize()
    assert amount(again.cost) == Decimal(0)
    assert world.hits == {"score": 1, "extra": 1}
