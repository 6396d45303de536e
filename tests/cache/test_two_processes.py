"""Two processes that are asked the same buy it once, as long as Redis can tell them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.contract import Call
from connectors.errors import Lost, NotSent, TimedOut
from connectors.words import ServedFrom
from tests.onion.conftest import House
from tests.onion.fakes import BROKEN, HANG, REPLY, Act, Bureau, query, standing
from tests.virtual import VirtualClock

from .processes import Start

Gateway = Callable[[str], Call]
SLOW = Act(answer_after=0.3)


@pytest.fixture
async def bureau() -> Bureau:
    return Bureau([SLOW])


@pytest.fixture
async def gateway(start: Start, bureau: Bureau) -> AsyncIterator[Gateway]:
    """Build processes with one bureau behind them."""
    houses: list[House] = []

    def build(url: str) -> Call:
        process = start(url, clock=VirtualClock())
        house = House(bureau=bureau, cache=process.cache, lease=process.cache.lease)
        houses.append(house)
        return house.connector(*bureau.acts, settle=1.0)

    yield build
    for house in houses:
        await house.owned.settled()


async def test_two_processes_are_asked_the_same_500_times_each(
    valkey: str, gateway: Gateway, bureau: Bureau
) -> None:
    one, other = gateway(valkey), gateway(valkey)
    replies = await asyncio.gather(*(ask(query()) for ask in (one, other) for _ in range(500)))

    assert bureau.sent == 1
    assert {reply.user_info for reply in replies} == {b"known"}
    assert sum(reply.cost for reply in replies) == REPLY.cost
    served = [reply.served_from for reply in replies]
    assert (served.count(ServedFrom.LIVE), served.count(ServedFrom.SHARED)) == (1, 499)
    assert served.count(ServedFrom.CACHE) == 500


async def test_one_that_fails_leaves_it_to_the_other(
    valkey: str, gateway: Gateway, bureau: Bureau
) -> None:
    """Once it is settled, and not before."""
    bureau.acts = [replace(BROKEN, answer_after=0.2), Act()]
    one, other = gateway(valkey), gateway(valkey)
    first = asyncio.create_task(one(query()))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(other(query()))
    with pytest.raises(Lost):
        await first

    assert (await second).served_from is ServedFrom.LIVE
    assert bureau.sent == 2


async def test_a_paid_attempt_that_outlives_its_waiter_is_waited_for_elsewhere(
    valkey: str, gateway: Gateway, bureau: Bureau
) -> None:
    one, other = gateway(valkey), gateway(valkey)
    with pytest.raises(TimedOut):
        await one(query(within=0.1))

    assert (await other(query())).served_from is ServedFrom.CACHE
    assert bureau.sent == 1


async def test_nobody_waits_for_another_process_past_its_deadline(
    valkey: str, gateway: Gateway, bureau: Bureau
) -> None:
    bureau.acts = [HANG]
    one, other = gateway(valkey), gateway(valkey)
    first = asyncio.create_task(one(query(within=0.5)))
    await asyncio.sleep(0.1)
    begun = asyncio.get_running_loop().time()
    with pytest.raises(NotSent) as error:
        await other(query(within=0.2))

    assert (error.value.note, error.value.cost) == ("deadline", Decimal(0))
    assert asyncio.get_running_loop().time() - begun < 0.4
    with pytest.raises(TimedOut):
        await first


async def test_a_process_that_died_is_waited_for_no_longer_than_its_hint_lasts(
    valkey: str, gateway: Gateway, start: Start, bureau: Bureau
) -> None:
    dead = start(valkey)
    assert await dead.cache.lease("ann").take(0.3)

    assert (await gateway(valkey)(query())).served_from is ServedFrom.LIVE
    assert bureau.sent == 1


async def test_without_redis_each_asks_for_itself(gateway: Gateway, bureau: Bureau) -> None:
    nowhere = "redis://127.0.0.1:1"
    one, other = gateway(nowhere), gateway(nowhere)
    replies = await asyncio.gather(*(ask(query()) for ask in (one, other) for _ in range(9)))

    assert bureau.sent == 2
    assert {reply.user_info for reply in replies} == {b"known"}


async def test_who_was_cancelled_holds_nobody_up(
    valkey: str, gateway: Gateway, bureau: Bureau
) -> None:
    """Whenever that is: a hint is let go of though nobody knows whether it was taken."""
    bureau.acts = [Act()]
    one, other = gateway(valkey), gateway(valkey)
    for after in range(12):
        name = f"cancelled {after}"
        task = asyncio.create_task(one(query(name=name)))
        for _ in range(after):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        async with asyncio.timeout(0.8):
            reply = await other(query(name=name, stands=standing()))
        assert reply.user_info == REPLY.user_info
