"""An inquiry that is cut short, wherever that is, buys nothing twice and is not stuck."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Query
from gateway.errors import ConnectorsUnavailable, OutcomeUnknown
from gateway.inquiries.inquiries import Failed
from gateway.rpc.translate import amount

from .stepping import loop, stepped
from .test_once import failing, outcomes
from .world import DOWN, HANG, HIT, SLOW, UNSENT, Act, Life, World

TURNS = 200
"""More than an inquiry has."""


async def test_a_crash_between_send_and_answer_is_not_paid_for_twice(world: World) -> None:
    world.script.acts = {"score": [HANG], "extra": [HIT]}
    await world.crash_while_asked()
    life = await world.life()
    left = world.states()
    report = await life.ask(world.request())
    again = await life.ask(world.request())
    await life.end()

    assert left == {"i-1": "UNKNOWN"}
    assert world.hits == {"score": 1, "extra": 1}
    assert outcomes(report) == outcomes(again) == {"score": "LOST", "extra": "HIT"}
    assert amount(report.cost) == amount(again.cost) == Decimal(0)
    assert world.states() == {"i-1": "DONE"}


async def test_what_was_never_asked_before_a_crash_is_asked_after_it(world: World) -> None:
    world.script.acts = {"score": [HIT], "extra": [Act(after=1000.0, sends=False), HIT]}
    await world.crash_while_asked()
    world.connection.execute("DROP TRIGGER intents_no_delete")
    world.connection.execute("DELETE FROM intents WHERE connector = 'extra'")
    life = await world.life()
    report = await life.ask(world.request())
    await life.end()

    assert outcomes(report) == {"score": "HIT", "extra": "HIT"}
    assert world.hits == {"score": 1, "extra": 1}
    # The first was paid for before; the second only now.
    assert amount(report.cost) == Decimal("0.50")


async def test_a_crash_before_the_ledger_says_done_loses_no_answer(world: World) -> None:
    life = await world.life()
    first = await life.ask(world.request())
    await life.crash()
    world.rows("UPDATE claims SET state = 'UNKNOWN', kept = NULL")
    life = await world.life()
    second = await life.ask(world.request())
    await life.end()

    assert second.user_info == first.user_info
    assert amount(second.cost) == Decimal(0)
    assert world.hits == {"score": 1, "extra": 1}


async def test_a_fault_of_ours_after_a_purchase_buys_nothing_again(world: World) -> None:
    life = await world.life()

    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    making = life.composed.desk.inquiries.making
    line = replace(making.line, pipeline=replace(making.line.pipeline, structure=broken))
    inquiries = replace(life.composed.desk.inquiries, making=replace(making, line=line))
    desk = replace(life.composed.desk, inquiries=inquiries)
    at_fault = replace(life, channel=replace(life.channel, desk=desk))
    asking = [at_fault.ask(world.request()) for _ in range(3)]
    faults = await asyncio.gather(*asking, return_exceptions=True)
    await inquiries.settled()
    left = world.states()
    report = await life.ask(world.request())
    await life.end()

    assert {type(fault) for fault in faults} == {ZeroDivisionError, Failed}
    assert left == {"i-1": "UNKNOWN"}
    assert outcomes(report) == {"score": "HIT", "extra": "HIT"}
    assert world.hits == {"score": 1, "extra": 1}


async def test_a_cancel_before_anything_is_sent_frees_the_id(world: World) -> None:
    life = await world.life()
    asking = asyncio.create_task(life.ask(world.request()))
    for _ in range(3):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await life.settled()
    await asyncio.sleep(1)
    report = await life.ask(world.request())
    await life.end()

    assert outcomes(report) == {"score": "HIT", "extra": "HIT"}
    assert world.hits == {"score": 1, "extra": 1}


def test_what_was_bought_is_kept_wherever_its_second_try_is_cut_short(tmp_path: Path) -> None:
    for turn in range(1, TURNS):
        world = World.at(tmp_path / str(turn))
        world.script.acts = {"score": [HIT], "extra": [HANG]}

        async def cut(world: World = world, turn: int = turn) -> bool:
            life = await world.life()
            first = asyncio.create_task(life.ask(world.request()))
            await asyncio.sleep(1)
            first.cancel()
            await asyncio.wait({first})
            await life.settled()
            second = asyncio.create_task(life.ask(world.request()))
            loop().before(turn, second.cancel)
            await asyncio.wait({second})
            await life.settled()
            with suppress(OutcomeUnknown):
                assert outcomes(await life.ask(world.request()))["score"] == "HIT"
            await life.end()
            assert max(world.hits.values()) == 1
            return second.cancelled()

        if not stepped(cut):
            return
    pytest.fail("an inquiry has no end")


async def test_a_cancel_loses_no_paid_answer(world: World) -> None:
    world.script.acts = {"score": [SLOW], "extra": [Act(after=100.0)]}
    life = await world.life()
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(15)
    left = world.states()
    report = await life.ask(world.request())
    await life.end()

    assert left == {"i-1": "UNKNOWN"}
    assert outcomes(report) == {"score": "HIT", "extra": "LOST"}
    assert amount(report.cost) == Decimal(0)
    assert world.hits == {"score": 1, "extra": 1}


async def test_what_others_still_wait_for_is_not_bought_for_one_who_has_gone(
    world: World,
) -> None:
    """It was told that nothing was bought: whoever still waits asks for itself."""
    world.script.acts = {"score": [Act(before=1.5)], "extra": [UNSENT]}
    life = await world.life()
    others = asyncio.create_task(life.ask(world.request("i-2"), within=4.0))
    first = await failing(life.ask(world.request("i-1"), within=1.0))
    second = await others
    await asyncio.sleep(10)
    await life.end()

    assert isinstance(first, ConnectorsUnavailable)
    assert world.rows(
        "SELECT inquiry_id, outcome, billed FROM intents JOIN outcomes USING (call_id)"
        " WHERE connector = 'score'"
    ) == [("i-1", "UNREACHABLE", "NO"), ("i-2", "HIT", "YES")]
    assert outcomes(second)["score"] == "HIT"
    assert amount(second.cost) == Decimal("0.50")
    assert world.hits["score"] == 1


async def test_a_hard_inquiry_that_never_left_keeps_nobody_from_asking(world: World) -> None:
    """Its subject is held from the intent on, and not released before its end is written."""
    score = world.folder.files["connectors/score.yaml"]
    world.folder.files["connectors/score.yaml"] = score.replace("chargeable", "hard_inquiry")
    life = await world.life()
    ledger: Any = life.mortal
    real = life.ledger

    async def intent(query: Query, *rest: Any) -> None:
        # Durable at once, and heard of late; an end is not written before that.
        written = asyncio.create_task(real.intent(query, *rest))
        try:
            await asyncio.sleep(0.2)
        finally:
            await asyncio.shield(asyncio.sleep(0.2))
            await written

    ledger.intent = intent
    first = asyncio.create_task(failing(life.ask(world.request("i-1"), within=0.2)))
    await asyncio.sleep(0.05)
    second = await life.ask(world.request("i-2"), within=4.0)
    await life.end()

    assert isinstance(await first, ConnectorsUnavailable)
    assert outcomes(second)["score"] == "HIT"
    assert world.hits["score"] == 1


async def test_what_is_bought_for_others_during_a_second_try_is_not_bought_again(
    world: World,
) -> None:
    """Under the id of the first, who had gone when the bureau had turned it away once."""
    score = world.folder.files["connectors/score.yaml"]
    world.folder.files["connectors/score.yaml"] = score.replace(
        "max_attempts: 1", "max_attempts: 2"
    )
    world.script.acts = {"score": [DOWN, HIT]}
    life = await world.life()
    ledger: Any = life.mortal
    real, sends = life.ledger, asyncio.Event()

    async def intent(query: Query, *rest: Any) -> None:
        if query.attempt.number == 2:
            await sends.wait()
        await real.intent(query, *rest)

    async def inquiry(row: Any, claim: Any = None, over: Any = None) -> None:
        if over is not None:
            sends.set()
            await asyncio.wait({other})
        await real.inquiry(row, claim, over)

    ledger.intent, ledger.inquiry = intent, inquiry
    first = asyncio.create_task(life.ask(world.request("i-1")))
    await asyncio.sleep(0.1)
    other = asyncio.create_task(life.ask(world.request("i-2")))
    await asyncio.sleep(0.5)
    first.cancel()
    await asyncio.sleep(0.1)
    left = world.states()["i-1"]
    again = await life.ask(world.request("i-1"))
    await life.end()

    assert left == "UNKNOWN"
    assert outcomes(again) == outcomes(await other) == {"score": "HIT", "extra": "HIT"}
    assert amount(again.cost) == Decimal(0)
    assert world.hits == {"score": 1, "extra": 1}


async def test_a_ledger_that_is_down_at_the_claim_leaves_nothing_behind(world: World) -> None:
    life = await world.life()
    life.mortal.dead = True
    refused = await failing(life.ask(world.request()))
    life.mortal.dead = False
    report = await life.ask(world.request())
    await life.end()

    assert refused.reason == "LEDGER_UNAVAILABLE"
    assert not report.replayed
    assert world.hits == {"score": 1, "extra": 1}


ACTS = {
    "both answer": {"score": [HIT], "extra": [HIT]},
    "one hangs": {"score": [HIT], "extra": [HANG]},
    "one is slow, one not there": {"score": [SLOW], "extra": [UNSENT]},
}


@pytest.mark.parametrize("acts", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("way", ["cancel", "crash"])
def test_wherever_it_is_cut_short_it_is_made_to_its_end(
    tmp_path: Path, acts: dict[str, list[Act]], way: str
) -> None:
    """Before each turn of the loop in turn, until the inquiry is over before that."""
    for turn in range(1, TURNS):
        world = World.at(tmp_path / str(turn))
        world.script.acts = {path: list(each) for path, each in acts.items()}

        async def cut(world: World = world, turn: int = turn) -> bool:
            return await _cut(world, turn, way)

        if not stepped(cut):
            assert turn > 10
            return
    pytest.fail("an inquiry has no end")


def test_whoever_joined_is_answered_wherever_the_first_is_cut_short(tmp_path: Path) -> None:
    for turn in range(1, TURNS):
        world = World.at(tmp_path / str(turn))

        async def cut(world: World = world, turn: int = turn) -> bool:
            life = await world.life()
            asking = [asyncio.create_task(life.ask(world.request())) for _ in range(2)]
            loop().before(turn, asking[0].cancel)
            report = await asking[1]
            assert outcomes(report) == {"score": "HIT", "extra": "HIT"}
            await asyncio.wait(asking)
            await life.end()
            assert world.hits == {"score": 1, "extra": 1}
            return asking[0].cancelled()

        if not stepped(cut):
            return
    pytest.fail("an inquiry has no end")


async def _cut(world: World, turn: int, way: str) -> bool:
    """Cut an inquiry short at one place; tell whether there was one."""
    life, me = await world.life(), asyncio.current_task()
    asking = asyncio.create_task(life.ask(world.request()))

    def cut() -> None:
        if way == "cancel":
            asking.cancel()
            return
        life.mortal.dead = True
        for task in asyncio.all_tasks() - {me}:
            task.cancel()

    loop().before(turn, cut)
    await asyncio.wait({asking})
    was_cut = asking.cancelled()
    if not was_cut:
        asking.exception()  # It may have one, and has been heard.
    if way == "crash":
        await life.crash()
        life = await world.life()
    else:
        await life.settled()
    assert "RUNNING" not in world.states().values()
    # As a caller would, who only knows that it has no answer. Of what was about to be sent
    # when the process died nobody knows more.
    with suppress(OutcomeUnknown):
        assert set(outcomes(await life.ask(world.request()))) == {"score", "extra"}
    await life.end()
    assert max(world.hits.values(), default=0) <= 1
    assert "RUNNING" not in world.states().values()
    return was_cut


WATERFALL = """\
name: credit
fields: [fraud]
purposes: [CREDIT_ORIGINATION]
connectors:
  - waterfall: {name: risk, order: [score, extra], continue_on: [UNREACHABLE]}
    required: true
"""


async def cut_short_at_its_second(world: World, second: Act) -> Life:
    """Begin a waterfall whose first member can not be reached; give the process after the crash."""
    world.folder.files["products/credit.yaml"] = WATERFALL
    extra = world.folder.files["connectors/extra.yaml"]
    target = world.folder.files["connectors/score.yaml"].partition("mapping:")[2]
    world.folder.files["connectors/extra.yaml"] = (
        f"{extra.partition('mapping:')[0]}mapping:{target}"
    )
    world.script.acts = {"score": [UNSENT], "extra": [second]}
    await world.crash_while_asked()
    return await world.life()


async def test_a_waterfall_forgets_no_member_that_may_have_been_bought(world: World) -> None:
    """Walked anew, it would end at the first, and say that nothing was bought at the second."""
    life = await cut_short_at_its_second(world, HANG)
    world.script.acts = {"score": [DOWN], "extra": [HIT]}
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await life.ask(world.request())
    await life.end()

    assert world.hits == {"extra": 1}


async def test_a_waterfall_that_was_answered_asks_nobody_before_that(world: World) -> None:
    life = await cut_short_at_its_second(world, Act(after=0.1))
    with world.connection:
        world.connection.execute("UPDATE claims SET state = 'UNKNOWN', kept = NULL")
    world.script.acts = {"score": [HIT], "extra": [HIT]}
    report = await life.ask(world.request())
    await life.end()

    assert outcomes(report) == {"score": "NOT_NEEDED", "extra": "HIT"}
    assert world.hits == {"extra": 1}
