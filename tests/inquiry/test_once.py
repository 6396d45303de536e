"""The same inquiry is made once, however often and by however many it is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from datachannel.v1 import report_pb2

from gateway.errors import (
    ConnectorsUnavailable,
    ConsentFails,
    GatewayError,
    InquiryIdReused,
    InquiryInProgress,
    NotAllowed,
    OutcomeUnknown,
)
from gateway.rpc.translate import amount
from tests.virtual import START, VirtualClock

from .world import DOWN, HANG, HIT, SLOW, UNSENT, Life, World


@pytest.fixture
async def life(world: World) -> Any:
    life = await world.life()
    yield life
    await life.end()


def cost(report: report_pb2.Report) -> Decimal:
    return amount(report.cost)


def outcomes(report: report_pb2.Report) -> dict[str, str]:
    return {
        each.connector: report_pb2.Outcome.Name(each.outcome).removeprefix("OUTCOME_")
        for each in report.connectors
    }


def facts(report: report_pb2.Report) -> bytes:
    """Give all that a report says of its person, and what makes it this report."""
    told = report_pb2.Report(
        inquiry_id=report.inquiry_id,
        report_id=report.report_id,
        created_at=report.created_at,
        completeness=report.completeness,
        user_info=report.user_info,
    )
    return told.SerializeToString(deterministic=True)


async def failing(asking: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await asking
    return caught.value


async def test_five_hundred_at_once_are_one_and_are_answered_alike(
    world: World, life: Life
) -> None:
    reports = await asyncio.gather(*(life.ask(world.request()) for _ in range(500)))

    assert world.hits == {"score": 1, "extra": 1}
    assert len({facts(report) for report in reports}) == 1
    assert sum(map(cost, reports)) == Decimal("1.00")
    replays = [report for report in reports if report.replayed]
    assert len(replays) == 499
    assert len({replay.SerializeToString(deterministic=True) for replay in replays}) == 1
    assert world.decisions().count("GRANTED") == 1
    assert world.decisions().count("REPLAYED") == 499


async def test_a_replay_is_the_same_report_and_costs_nothing(world: World, life: Life) -> None:
    first = await life.ask(world.request())
    await asyncio.sleep(60)
    second = await life.ask(world.request())

    assert facts(first) == facts(second)
    assert (first.replayed, second.replayed) == (False, True)
    assert (cost(first), cost(second)) == (Decimal(1), Decimal(0))
    assert {each.served_from for each in second.connectors} == {report_pb2.SERVED_FROM_CACHE}
    assert [each.call_id for each in first.connectors] == [
        each.call_id for each in second.connectors
    ]
    assert world.states() == {"i-1": "DONE"}
    assert world.hits == {"score": 1, "extra": 1}


async def test_a_replay_outlives_the_process(world: World) -> None:
    life = await world.life()
    first = await life.ask(world.request())
    await life.end()
    life = await world.life()
    second = await life.ask(world.request())
    await life.end()

    assert facts(first) == facts(second)
    assert second.replayed
    assert world.hits == {"score": 1, "extra": 1}


@pytest.mark.parametrize("pause", [0.0, 60.0], ids=["while it runs", "when it is over"])
async def test_another_body_is_another_inquiry(world: World, life: Life, pause: float) -> None:
    first = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(pause)
    refused = await failing(life.ask(world.request(number="X2")))
    await first

    assert isinstance(refused, InquiryIdReused)
    assert [each.path for each in refused.violations] == ["inquiry_id"]
    assert world.hits == {"score": 1, "extra": 1}
    assert sorted(world.decisions()) == ["GRANTED", "REFUSED"]


async def test_whoever_acknowledges_more_calls_asks_the_same(world: World, life: Life) -> None:
    await life.ask(world.request())
    again = world.request()
    again.acknowledge_unknown.append("some-call")

    assert (await life.ask(again)).replayed


async def test_an_id_is_its_tenants_own(world: World, life: Life) -> None:
    reports = [await life.ask(world.request(), caller) for caller in ("scoring", "other")]

    assert not any(report.replayed for report in reports)
    assert world.hits == {"score": 2, "extra": 2}


async def test_a_refusal_is_not_kept(world: World, life: Life) -> None:
    request = world.request()
    request.consent.granted_at.FromDatetime(START + timedelta(seconds=30))
    refused = await failing(life.ask(request))
    await asyncio.sleep(60)

    assert isinstance(refused, ConsentFails)
    assert not (await life.ask(request)).replayed


async def test_an_inquiry_that_bought_nothing_may_be_made_again(world: World, life: Life) -> None:
    world.script.acts = {"score": [UNSENT, HIT], "extra": [DOWN, HIT]}
    refused = await failing(life.ask(world.request()))
    await life.settled()
    released, hits = world.states(), sum(world.hits.values())
    report = await life.ask(world.request())

    assert isinstance(refused, ConnectorsUnavailable)
    assert (released, hits) == ({"i-1": "RELEASED"}, 0)
    assert (report.replayed, cost(report)) == (False, Decimal(1))


async def test_what_may_have_been_bought_is_not_bought_again(world: World, life: Life) -> None:
    world.script.acts = {"score": [HANG], "extra": [UNSENT]}
    first = await failing(life.ask(world.request()))
    second = await failing(life.ask(world.request()))

    assert isinstance(first, OutcomeUnknown)
    assert isinstance(second, OutcomeUnknown)
    assert first.call_ids == second.call_ids
    assert (first.timed_out, second.timed_out) == (True, True)
    assert world.states() == {"i-1": "UNKNOWN"}
    assert world.hits["score"] == 1


async def test_an_answer_that_comes_late_is_given_for_nothing(world: World, life: Life) -> None:
    world.script.acts = {"score": [SLOW], "extra": [UNSENT]}
    unknown = await failing(life.ask(world.request()))
    await asyncio.sleep(20)
    report = await life.ask(world.request())

    assert isinstance(unknown, OutcomeUnknown)
    assert outcomes(report) == {"score": "HIT", "extra": "UNREACHABLE"}
    assert (report.replayed, cost(report)) == (True, Decimal(0))
    assert report.connectors[0].call_id == unknown.call_ids[0]
    assert world.hits["score"] == 1


async def test_a_report_gains_what_comes_late(world: World, life: Life) -> None:
    world.script.acts = {"extra": [SLOW]}
    first = await life.ask(world.request())
    soon = await life.ask(world.request())
    await asyncio.sleep(20)
    late = await life.ask(world.request())

    assert outcomes(first) == outcomes(soon) == {"score": "HIT", "extra": "TIMEOUT"}
    assert first.report_id == soon.report_id != late.report_id
    assert outcomes(late) == {"score": "HIT", "extra": "HIT"}
    billed = {each.connector: each.billed for each in soon.connectors}
    assert billed == {"score": report_pb2.BILLED_NO, "extra": report_pb2.BILLED_UNKNOWN}
    assert cost(soon) == cost(late) == Decimal(0)
    assert world.hits == {"score": 1, "extra": 1}


async def test_nobody_waits_for_another_past_its_own_deadline(world: World, life: Life) -> None:
    world.script.acts = {"score": [HIT], "extra": [SLOW]}
    first = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(0.5)
    begun = VirtualClock().now()
    impatient = await failing(life.ask(world.request(), within=1.0))

    assert isinstance(impatient, InquiryInProgress)
    assert VirtualClock().now() - begun < 1.0
    assert not (await first).replayed


async def test_who_joined_is_answered_though_the_first_has_gone(world: World, life: Life) -> None:
    asking = [asyncio.create_task(life.ask(world.request())) for _ in range(10)]
    await asyncio.sleep(0.05)
    for each in asking[:-1]:
        each.cancel()
    report = await asking[-1]

    assert outcomes(report) == {"score": "HIT", "extra": "HIT"}
    assert world.hits == {"score": 1, "extra": 1}


async def test_all_who_joined_are_told_of_one_failure(world: World, life: Life) -> None:
    world.script.acts = {"score": [HANG], "extra": [UNSENT]}
    asking = [life.ask(world.request()) for _ in range(20)]
    ends = await asyncio.gather(*asking, return_exceptions=True)

    assert {type(end) for end in ends} == {OutcomeUnknown}
    assert len({id(end) for end in ends}) == 20
    assert len({end.call_ids for end in ends if isinstance(end, OutcomeUnknown)}) == 1
    assert world.hits["score"] == 1


async def test_a_replay_shows_what_the_policy_of_today_allows(world: World) -> None:
    life = await world.life()
    first = await life.ask(world.request())
    await life.end()
    world.folder.files["callers/scoring.yaml"] += "fields: {deny: [credit_summary]}\n"
    life = await world.life()
    second = await life.ask(world.request())
    await life.end()

    assert first.user_info.HasField("credit_summary")
    assert not second.user_info.HasField("credit_summary")
    assert not any(path.startswith("credit_summary") for path in second.fields)
    assert second.user_info.fraud == first.user_info.fraud
    assert world.hits == {"score": 1, "extra": 1}


async def test_a_connector_that_the_purpose_no_longer_allows_gives_nothing(world: World) -> None:
    life = await world.life()
    await life.ask(world.request())
    await life.end()
    file = "connectors/extra.yaml"
    purposes = world.folder.files[file].replace("[CREDIT_ORIGINATION]", "[COLLECTION]")
    world.folder.files[file] = purposes
    life = await world.life()
    second = await life.ask(world.request())
    await life.end()

    assert outcomes(second) == {"score": "HIT", "extra": "SKIPPED_POLICY"}
    assert not second.user_info.HasField("credit_summary")


async def test_whoever_joins_is_judged_by_its_own_policy(world: World) -> None:
    world.folder.files["callers/colleague.yaml"] += "fields: {deny: [credit_summary]}\n"
    life = await world.life()
    first, second = await asyncio.gather(
        life.ask(world.request()), life.ask(world.request(), "colleague")
    )
    await life.end()

    assert first.user_info.HasField("credit_summary")
    assert not second.user_info.HasField("credit_summary")
    assert second.user_info.fraud == first.user_info.fraud


async def test_a_consent_that_has_ended_gives_nothing_again(world: World, life: Life) -> None:
    request = world.request()
    request.consent.expires_at.FromDatetime(START + timedelta(seconds=30))
    await life.ask(request)
    await asyncio.sleep(60)
    refused = await failing(life.ask(request))

    assert isinstance(refused, ConsentFails)
    assert refused.reason == "CONSENT_EXPIRED"
    assert world.decisions() == ["GRANTED", "REFUSED"]


async def test_a_product_that_is_no_longer_allowed_is_not_replayed(world: World) -> None:
    life = await world.life()
    await life.ask(world.request())
    await life.end()
    file = "callers/scoring.yaml"
    world.folder.files["products/more.yaml"] = world.folder.files["products/credit.yaml"].replace(
        "name: credit", "name: more"
    )
    world.folder.files[file] = world.folder.files[file].replace("[credit]", "[more]")
    life = await world.life()
    refused = await failing(life.ask(world.request()))
    await life.end()

    assert isinstance(refused, NotAllowed)


async def test_an_id_is_free_again_when_its_inquiry_is_kept_no_longer(
    world: World, life: Life
) -> None:
    await life.ask(world.request())
    await asyncio.sleep(23 * 3600)
    kept = await life.ask(world.request())
    await asyncio.sleep(2 * 3600)
    anew = await life.ask(world.request())

    assert (kept.replayed, anew.replayed) == (True, False)
    assert world.hits == {"score": 2, "extra": 2}


async def test_a_hard_inquiry_is_kept_for_a_week(tmp_path: Any) -> None:
    world = World.at(tmp_path, "hard_inquiry")
    life = await world.life()
    await life.ask(world.request())
    await asyncio.sleep(6 * 86_400)
    kept = await life.ask(world.request())
    await life.end()

    assert kept.replayed
    assert world.hits == {"score": 1, "extra": 1}
