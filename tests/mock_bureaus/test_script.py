"""Steps, latency and the HTTP side of directing."""

import asyncio
from collections.abc import Awaitable
from random import Random
from statistics import quantiles

import aiohttp
import pytest

from mock_bureaus import Latency, MockBureaus, Step
from tests.mock_bureaus.asking import (
    DEMO_ID,
    ELDER_ID,
    FRAUD,
    FRAUD_QUERY,
    LENDING,
    LOGIN,
    LOGIN_FORM,
    MARKET,
    fraud_form,
    lending_form,
    lending_token,
    market_headers,
    market_order,
)


async def status(client: aiohttp.ClientSession, id_number: str = DEMO_ID) -> int:
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form(id_number)) as reply:
        return reply.status


async def unanswered(
    bureaus: MockBureaus, asked: Awaitable[aiohttp.ClientResponse], count: int
) -> None:
    """See the call arrive as number *count*, and give up on its answer."""
    waiting = asyncio.ensure_future(asked)
    await bureaus.received(count)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.02)


async def test_a_step_is_used_once_and_in_order(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("status:500"), Step(), Step("status:502"))

    assert [await status(client) for _ in range(4)] == [500, 200, 502, 200]


async def test_a_kept_step_holds_until_replaced(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("status:500", keep=True))

    assert [await status(client) for _ in range(3)] == [500, 500, 500]
    bureaus.script("fraud_report")
    assert await status(client) == 200


async def test_a_step_waits_for_its_subject(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("status:500", subject=ELDER_ID))

    assert await status(client) == 200
    assert await status(client, ELDER_ID) == 500
    assert await status(client, ELDER_ID) == 200


async def test_a_step_finds_its_subject_in_json_inside_a_form(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    token = await lending_token(client)
    bureaus.script("multi_lending", Step("status:500", subject=DEMO_ID))

    async with client.post(LENDING, data=lending_form(token)) as reply:
        assert reply.status == 500


async def test_logins_are_spared_unless_named(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    """Who scripts a bureau means its answers, not the tokens fetched on the way."""
    bureaus.script("multi_lending", Step("status:500"))
    token = await lending_token(client)
    bureaus.script("multi_lending", Step("status:500", path=LOGIN))

    async with client.post(LENDING, data=lending_form(token)) as reply:
        assert reply.status == 200
    async with client.post(LOGIN, data=LOGIN_FORM) as reply:
        assert reply.status == 500


async def test_a_serial_is_used_up_by_a_billed_timeout_only(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    """After a hang the same serial may be sent again; after a lost answer not."""
    bureaus.script("data_market", Step("hang"), Step("billed_timeout"))
    soon = aiohttp.ClientTimeout(total=0.05)
    order = market_order("c-1", ELDER_ID)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await client.post(MARKET, json=order, headers=market_headers(), timeout=soon)
    async with client.post(MARKET, json=order, headers=market_headers()) as reply:
        assert (await reply.json())["status"] == "1004"
    assert [call.billed for call in bureaus.calls] == [False, True, False]
    assert [call.reference for call in bureaus.calls] == ["c-1"] * 3


def test_steps_refuse_what_they_cannot_do() -> None:
    """A typo in a script fails where it was written, not as a right answer."""
    for fault in ("hangs", "hang:3", "status:many"):
        with pytest.raises(ValueError, match=r"unknown fault|takes no|could not"):
            Step(fault)
    with pytest.raises(ValueError, match="could not"):
        Step(latency="soon")


def test_latency_keeps_its_percentiles() -> None:
    chance, profile = Random(7), Latency(50, 200)
    cuts = quantiles((profile.draw(chance) for _ in range(20_000)), n=100)

    assert cuts[49] == pytest.approx(0.050, rel=0.05)
    assert cuts[98] == pytest.approx(0.200, rel=0.10)


def test_latency_without_a_tail_is_fixed() -> None:
    assert Latency(25).draw(Random(0)) == 0.025


@pytest.mark.parametrize(("p50", "p99"), [(-1, None), (50, 20), (0, 20)])
def test_latency_refuses_nonsense(p50: float, p99: float | None) -> None:
    with pytest.raises(ValueError, match="p50_ms"):
        Latency(p50, p99)


async def test_the_profile_applies_and_a_step_overrides_it(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.latency("fraud_report", Latency(60_000))
    bureaus.script("fraud_report", Step(latency="0ms"))

    assert await status(client) == 200
    await unanswered(bureaus, client.post(FRAUD, data={}), 2)
    assert bureaus.calls[1].status == 200


async def test_a_step_waits_for_its_turn(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("status:500", call=3), Step("status:502", subject=ELDER_ID))

    assert [await status(client) for _ in range(4)] == [200, 200, 500, 200]
    bureaus.script("fraud_report", Step("status:500", subject=ELDER_ID, call=2, keep=True))
    asked = (ELDER_ID, DEMO_ID, ELDER_ID, ELDER_ID, DEMO_ID)
    assert [await status(client, each) for each in asked] == [200, 200, 500, 500, 200]


def test_steps_count_from_one() -> None:
    with pytest.raises(ValueError, match="not below 0"):
        Step(call=-1)
    with pytest.raises(ValueError, match="not below 0"):
        Step(polls=-1)
