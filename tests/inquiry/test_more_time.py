"""Whoever sends an id that is taken waits to its own deadline, and not to the first caller's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb

from gateway.errors import ConnectorsUnavailable, ConsentFails, GatewayError, OutcomeUnknown
from gateway.fillers import Forgetful, Stored
from gateway.rpc.translate import amount
from tests.virtual import START, VirtualClock

from .stepping import loop, stepped
from .test_once import outcomes
from .test_submitted import JOB, submitting
from .world import HANG, HIT, Act, Life, World

PRODUCT = """\
name: credit
fields: [fraud]
purposes: [CREDIT_ORIGINATION]
connectors:
  - {connector: score, required: true}
"""

WATERFALL = """\
name: credit
fields: [fraud]
purposes: [CREDIT_ORIGINATION]
connectors:
  - waterfall:
      {name: risk, order: [score, extra], continue_on: [BUREAU_ERROR], start_if_remaining: 500ms}
    required: true
"""

LATE = Act(after=1.5)
SLOW_TO_CONNECT = Act(before=1.2)
TURNS = 400
"""More than both of them have."""


def of_score_alone(world: World, *acts: Act) -> World:
    world.folder.files["products/credit.yaml"] = PRODUCT
    world.script.acts = {"score": list(acts)}
    return world


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    life = await of_score_alone(world, LATE).life()
    yield life
    await life.end()


async def asked(
    world: World,
    life: Life,
    *callers: tuple[float, float],
    request: pb.GetUserInfoRequest | None = None,
) -> list[tuple[Any, float]]:
    """Ask one inquiry at each moment, within so many seconds; give each end and its moment."""
    begun = VirtualClock().now()
    request = request or world.request()

    async def ask(at: float, within: float) -> tuple[Any, float]:
        await asyncio.sleep(at)
        end: Any
        try:
            end = await life.ask(request, within=within)
        except GatewayError as error:
            end = error
        return end, VirtualClock().now() - begun

    return await asyncio.gather(*(ask(*each) for each in callers))


async def test_who_joined_with_more_time_is_given_what_comes_after_the_firsts(
    world: World, life: Life
) -> None:
    (first, first_at), (second, second_at) = await asked(world, life, (0, 1), (0.5, 6))

    assert isinstance(first, OutcomeUnknown)
    assert first_at < 1.0
    assert outcomes(second) == {"score": "HIT"}
    assert 1.5 <= second_at < 1.7
    assert (second.replayed, amount(second.cost)) == (True, Decimal(0))
    assert [each.call_id for each in second.connectors] == list(first.call_ids)
    assert world.hits == {"score": 1}
    assert world.decisions() == ["GRANTED", "REPLAYED"]


async def test_who_joined_with_more_time_asks_where_the_firsts_was_too_short(
    world: World, life: Life
) -> None:
    world.script.acts = {"score": [SLOW_TO_CONNECT]}
    (first, first_at), (second, _) = await asked(world, life, (0, 1), (0.5, 6))

    assert isinstance(first, ConnectorsUnavailable)
    assert first_at < 1.0
    assert outcomes(second) == {"score": "HIT"}
    assert (second.replayed, amount(second.cost)) == (False, Decimal("0.50"))
    assert world.hits == {"score": 1}
    assert world.decisions() == ["GRANTED", "GRANTED"]


async def test_who_joined_with_more_time_goes_on_where_a_waterfall_had_none_left(
    world: World,
) -> None:
    of_score_alone(world, Act(after=0.6, status=503))
    world.folder.files["products/credit.yaml"] = WATERFALL
    target = world.folder.files["connectors/score.yaml"].partition("mapping:")[2]
    extra = world.folder.files["connectors/extra.yaml"].partition("mapping:")[0]
    world.folder.files["connectors/extra.yaml"] = f"{extra}mapping:{target}"
    life = await world.life()
    (first, _), (second, _) = await asked(world, life, (0, 1), (0.3, 6))
    await life.end()

    assert isinstance(first, ConnectorsUnavailable)
    assert first.outcomes["extra"] == "SKIPPED_BUDGET"
    assert outcomes(second) == {"score": "BUREAU_ERROR", "extra": "HIT"}
    assert world.hits["extra"] == 1


@pytest.mark.parametrize("act", [Act(after=4.0), Act(before=2.5)], ids=["sent", "not sent"])
async def test_each_who_joined_waits_to_a_deadline_of_its_own(
    world: World, life: Life, act: Act
) -> None:
    """The last of them is answered, whichever of the others goes on."""
    world.script.acts = {"score": [act]}
    *short, (answered, _) = await asked(
        world, life, (0, 1), (0.2, 1.8), (0.3, 2.7), (0.4, 1.1), (0.5, 9.5)
    )

    for (end, at), deadline in zip(short, (1.0, 2.0, 3.0, 1.5), strict=True):
        assert isinstance(end, GatewayError)
        # Less what it takes to answer.
        assert deadline - 0.3 < at < deadline
    assert outcomes(answered) == {"score": "HIT"}
    assert world.hits == {"score": 1}


async def test_of_many_who_go_on_whoever_has_most_time_does(world: World, life: Life) -> None:
    """Each with less would begin anew, and nobody come to an end."""
    world.script.acts = {"score": [SLOW_TO_CONNECT]}
    ends = await asked(world, life, *((each / 1000, 1 + each / 100) for each in range(300)))

    answered = [at for end, at in ends if not isinstance(end, GatewayError)]
    assert len(answered) > 150
    assert max(answered) < 2.4
    assert world.decisions().count("GRANTED") == 2
    assert world.hits == {"score": 1}


async def test_what_never_comes_is_unknown_to_each_at_its_own_deadline(
    world: World, life: Life
) -> None:
    world.script.acts = {"score": [HANG]}
    (first, _), (second, at) = await asked(world, life, (0, 1), (0.5, 5))

    assert isinstance(second, OutcomeUnknown)
    assert second.call_ids == first.call_ids
    assert second.timed_out
    assert 5.0 < at < 5.5
    assert world.hits == {"score": 1}


async def test_who_has_no_more_time_than_the_first_is_told_with_it(
    world: World, life: Life
) -> None:
    (_, first_at), (second, second_at) = await asked(world, life, (0, 1), (0.5, 0.55))

    assert isinstance(second, OutcomeUnknown)
    assert second_at == first_at
    assert world.decisions() == ["GRANTED"]


async def test_a_failure_that_no_time_would_have_spared_is_told_to_all(
    world: World, life: Life
) -> None:
    world.script.acts = {"score": [Act(after=0.3, status=503), HIT]}
    ends = await asked(world, life, (0, 1), (0.1, 6))

    assert [type(end) for end, _ in ends] == [ConnectorsUnavailable] * 2
    assert [at for _, at in ends] == pytest.approx([0.3, 0.3], abs=0.05)


async def test_what_turns_out_to_have_cost_nothing_is_asked_again(world: World, life: Life) -> None:
    world.script.acts = {"score": [Act(after=1.5, status=503), HIT]}
    (first, _), (second, _) = await asked(world, life, (0, 1), (0.5, 6))

    assert isinstance(first, OutcomeUnknown)
    assert outcomes(second) == {"score": "HIT"}
    assert amount(second.cost) == Decimal("0.50")
    assert world.hits == {"score": 1}


async def test_who_sends_it_again_waits_for_what_is_on_its_way(world: World, life: Life) -> None:
    """It is not there in time to join the first, and is no worse off for that."""
    (first, _), (second, at) = await asked(world, life, (0, 1), (1.1, 6))

    assert isinstance(first, OutcomeUnknown)
    assert outcomes(second) == {"score": "HIT"}
    assert 1.5 <= at < 1.7
    assert amount(second.cost) == Decimal(0)
    assert world.hits == {"score": 1}


async def test_a_report_is_given_again_at_once_though_it_lacks_what_is_on_its_way(
    world: World,
) -> None:
    world.script.acts = {"extra": [Act(after=10.0)]}
    life = await world.life()
    (first, _), (second, at) = await asked(world, life, (0, 1), (2, 5))
    await life.end()

    assert first.report_id == second.report_id
    assert at == pytest.approx(2.0, abs=0.01)


async def test_what_was_cut_short_is_made_to_its_end_at_once(world: World) -> None:
    """Whoever was not asked is, in the time that there is, whatever else may still come."""
    world.script.acts = {"score": [HANG], "extra": [Act(before=1000.0), HIT]}
    life = await world.life()
    first = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(0.5)
    first.cancel()
    await asyncio.wait({first})
    ((second, at),) = await asked(world, life, (0, 5))
    await life.end()

    assert outcomes(second) == {"score": "LOST", "extra": "HIT"}
    assert at < 0.3
    assert world.hits == {"score": 1, "extra": 1}


async def test_whoever_goes_on_waits_for_what_another_asks_meanwhile(
    world: World, life: Life
) -> None:
    """The first has gone with nothing sent, and another inquiry asks the same for itself."""
    world.script.acts = {"score": [SLOW_TO_CONNECT]}
    both = asyncio.create_task(asked(world, life, (0, 1), (0.5, 6)))
    await asyncio.sleep(0.1)
    other = await life.ask(world.request("i-2"))
    (first, _), (second, _) = await both

    assert isinstance(first, ConnectorsUnavailable)
    assert outcomes(second) == outcomes(other) == {"score": "HIT"}
    assert world.rows("SELECT inquiry_id FROM intents") == [("i-1",), ("i-2",)]
    assert world.hits == {"score": 1}


async def test_a_job_that_is_not_handed_off_is_waited_for(world: World) -> None:
    """Also between two of its messages, when none is on its way."""
    of_score_alone(submitting(world, JOB + "  interval: {first: 1500ms}\n  on_deadline: fail\n"))
    life = await world.life()
    (first, _), (second, _) = await asked(world, life, (0, 1), (0.5, 6))
    await life.end()

    assert isinstance(first, OutcomeUnknown)
    assert outcomes(second) == {"score": "HIT"}
    assert world.hits == {"submit": 1, "poll": 1}


async def test_a_ledger_that_fails_meanwhile_does_not_make_it_unavailable(
    world: World, life: Life
) -> None:
    """UNAVAILABLE would say that nothing was bought."""
    begun = asyncio.create_task(asked(world, life, (0, 1), (0.5, 6)))
    await asyncio.sleep(1.2)
    life.mortal.dead = True
    (first, _), (second, _) = await begun
    life.mortal.dead = False

    assert isinstance(second, OutcomeUnknown)
    assert second.call_ids == first.call_ids
    assert world.hits == {"score": 1}


@pytest.mark.parametrize("act", [LATE, SLOW_TO_CONNECT], ids=["sent", "not sent"])
async def test_who_goes_on_pays_its_callers_rate_once(world: World, act: Act) -> None:
    of_score_alone(world, act).folder.files["callers/scoring.yaml"] += "limits: {rate: 2/s}\n"
    life = await world.life()
    _, (second, _), _ = await asked(world, life, (0, 1), (0.45, 6), (0.8, 0.9))
    await life.end()

    assert outcomes(second) == {"score": "HIT"}
    assert world.hits == {"score": 1}


@pytest.mark.parametrize("act", [LATE, SLOW_TO_CONNECT], ids=["sent", "not sent"])
async def test_who_goes_on_takes_no_second_place_of_its_callers(world: World, act: Act) -> None:
    """A caller whose only place is taken meanwhile has its first inquiry answered all the same."""
    of_score_alone(world, act)
    world.folder.files["callers/scoring.yaml"] += "limits: {concurrency: 1}\n"
    life = await world.life()
    first = asyncio.create_task(life.ask(world.request(), caller="colleague", within=1.0))
    await asyncio.sleep(0.5)
    joined = asyncio.create_task(life.ask(world.request(), within=6.0))
    await asyncio.sleep(0.1)
    other = asyncio.create_task(life.ask(world.request("i-2", "X2")))
    await asyncio.wait({first, joined, other})
    await life.end()

    assert isinstance(first.exception(), GatewayError)
    assert outcomes(joined.result()) == outcomes(other.result()) == {"score": "HIT"}
    assert world.hits == {"score": 2}


@pytest.mark.parametrize("is_away", [True, False], ids=["away", "without it"])
async def test_a_preset_database_that_fails_meanwhile_does_not_unsay_that_it_may_be_bought(
    world: World, is_away: bool
) -> None:
    """To ask again later, or with the field and under another id, might be to pay twice."""
    fill = "fill: [{kind: profile, fields: [mobile], max_age: 90d}]\n"
    of_score_alone(world, LATE).folder.files["products/credit.yaml"] += (
        f"{fill}inputs: {{required: [subject.mobile]}}\n"
    )
    until = VirtualClock().now() + 0.9

    async def recall(*_: object) -> Mapping[str, Stored]:
        if VirtualClock().now() < until:
            return {"mobile": Stored("19900000001", START)}
        if is_away:
            raise Forgetful
        return {}

    world.recall = recall
    request = world.request()
    request.subject.customer_id = "k-1"
    life = await world.life()
    (first, _), (second, _) = await asked(world, life, (0, 1), (0.5, 6), request=request)
    await life.end()

    assert isinstance(first, OutcomeUnknown)
    assert isinstance(second, OutcomeUnknown)
    assert second.call_ids == first.call_ids
    assert world.hits == {"score": 1}


async def test_a_consent_that_ends_meanwhile_is_told_to_who_goes_on(
    world: World, life: Life
) -> None:
    """It is a refusal of this caller, whatever may have been bought for the first."""
    request = world.request()
    request.consent.expires_at.FromDatetime(VirtualClock().utc() + timedelta(seconds=0.9))
    (first, _), (second, _) = await asked(world, life, (0, 1), (0.5, 6), request=request)

    assert isinstance(first, OutcomeUnknown)
    assert isinstance(second, ConsentFails)
    assert world.hits == {"score": 1}


async def test_who_has_heard_that_it_may_be_bought_hears_no_less_at_its_own_deadline(
    world: World, life: Life
) -> None:
    """It has joined whoever went on, and does not see the end of that."""
    world.script.acts = {"score": [Act(after=4.0)]}
    (first, _), (second, at), (third, _) = await asked(world, life, (0, 1), (0.3, 1.5), (0.4, 6))

    assert isinstance(second, OutcomeUnknown)
    assert second.call_ids == first.call_ids
    assert 1.5 < at < 1.8
    assert outcomes(third) == {"score": "HIT"}


@pytest.mark.parametrize("act", [LATE, SLOW_TO_CONNECT], ids=["sent", "not sent"])
async def test_who_would_go_on_waits_for_the_ledger_no_longer_than_to_its_own_deadline(
    world: World, life: Life, act: Act
) -> None:
    world.script.acts = {"score": [act]}
    life.mortal.closing_takes = 0.24
    (first, _), (second, at), (third, _) = await asked(world, life, (0, 1), (0.5, 0.61), (0.6, 6))

    assert type(second) is type(first)
    assert second is not first
    assert 1.05 < at < 1.11
    assert outcomes(third) == {"score": "HIT"}
    assert world.hits == {"score": 1}


@pytest.mark.parametrize("act", [LATE, SLOW_TO_CONNECT], ids=["sent", "not sent"])
def test_wherever_one_leaves_that_went_on_the_other_is_answered(tmp_path: Path, act: Act) -> None:
    for turn in range(1, TURNS):
        world = of_score_alone(World.at(tmp_path / str(turn)), act)

        async def cut(world: World = world, turn: int = turn) -> bool:
            life = await world.life()
            first = asyncio.create_task(life.ask(world.request(), within=1.0))
            await asyncio.sleep(0.5)
            more = [asyncio.create_task(life.ask(world.request(), within=6.0)) for _ in range(2)]
            loop().before(turn, more[0].cancel)
            assert outcomes(await more[1]) == {"score": "HIT"}
            await asyncio.wait({first, *more})
            await life.end()
            assert isinstance(first.exception(), GatewayError)
            assert world.hits == {"score": 1}
            return more[0].cancelled()

        if not stepped(cut):
            assert turn > 10
            return
    pytest.fail("an inquiry has no end")
