"""An inquiry that is sent again, where its caller's money or a waterfall decides who is asked."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from gateway.errors import LimitReached
from gateway.rpc.translate import amount

from .test_once import outcomes
from .world import CALLER, HANG, HIT, Act, World

CAP = 'limits: {spend_per_day: {amount: "0.50", currency: CNY}}\n'
IN_TURNS = """\
name: credit
fields: [fraud]
purposes: [CREDIT_ORIGINATION]
connectors:
  - waterfall: {name: either, order: [score, extra], continue_on: [UNREACHABLE], min_success: 1}
    required: true
"""


def capped(world: World) -> None:
    file = "callers/scoring.yaml"
    world.folder.files[file] = CALLER.replace("NAME", "scoring").replace("TENANT", "lender") + CAP


async def test_what_was_bought_is_given_again_though_today_s_money_is_spent(world: World) -> None:
    capped(world)
    world.script.acts = {"score": [HIT], "extra": [HANG]}
    await world.crash_while_asked()
    life = await world.life()
    report = await life.ask(world.request())
    with pytest.raises(LimitReached):
        await life.ask(world.request("i-2", number="X2"))
    await life.end()

    assert outcomes(report)["score"] == "HIT"
    assert amount(report.cost) == Decimal(0)
    assert world.hits == {"score": 1}


async def test_an_id_that_no_money_was_left_for_may_be_used_again(world: World) -> None:
    capped(world)
    life = await world.life()
    await life.ask(world.request())
    with pytest.raises(LimitReached):
        await life.ask(world.request("i-2", number="X2"))
    await life.settled()
    states = world.states()
    await asyncio.sleep(86_400)
    report = await life.ask(world.request("i-2", number="X2"), within=5)
    await life.end()

    assert states.get("i-2") in {None, "RELEASED"}
    assert outcomes(report)["score"] == "HIT"


async def test_after_a_crash_the_member_that_answered_has_its_turn_first(world: World) -> None:
    world.folder.files["products/credit.yaml"] = IN_TURNS
    extra = world.folder.files["connectors/extra.yaml"]
    world.folder.files["connectors/extra.yaml"] = extra.replace(
        "credit_summary.revolving_utilisation", "fraud.gang_risk"
    ).replace("bureau: acme", "bureau: other")
    world.folder.files["bureaus/other.yaml"] = world.folder.files["bureaus/acme.yaml"].replace(
        "acme", "other"
    )
    world.script.acts = {"score": [Act(sends=False), HIT], "extra": [HIT]}
    life = await world.life()
    request = world.request()
    request.consent.recipients.append("other")
    await life.ask(request)
    await life.crash()
    world.rows("UPDATE claims SET state = 'RUNNING', kept = NULL")
    life = await world.life()
    report = await life.ask(request)
    await life.end()

    assert outcomes(report)["extra"] == "HIT"
    assert amount(report.cost) == Decimal(0)
    assert world.hits == {"extra": 1}
