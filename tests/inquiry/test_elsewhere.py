"""Two processes on one ledger: one makes an inquiry, and the other waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.errors import InquiryInProgress
from tests.virtual import VirtualClock

from .test_once import facts, failing
from .world import Life, World

ELSEWHERE = "UPDATE claims SET state = 'RUNNING', instance = 'another'"
BACK = "UPDATE claims SET state = 'DONE'"


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    life = await world.life()
    yield life
    await life.end()


async def test_what_another_process_makes_is_waited_for(world: World, life: Life) -> None:
    report = await life.ask(world.request())
    await life.settled()
    world.rows(ELSEWHERE)
    asyncio.get_running_loop().call_later(1.0, world.rows, BACK)
    begun = VirtualClock().now()
    again = await life.ask(world.request())

    assert 1.0 <= VirtualClock().now() - begun < 1.2
    assert again.replayed
    assert facts(again) == facts(report)
    assert world.hits == {"score": 1, "extra": 1}


async def test_who_waits_for_another_process_waits_to_its_own_deadline(
    world: World, life: Life
) -> None:
    await life.ask(world.request())
    await life.settled()
    world.rows(ELSEWHERE)
    begun = VirtualClock().now()

    assert isinstance(await failing(life.ask(world.request(), within=2.0)), InquiryInProgress)
    assert VirtualClock().now() - begun < 2.0
    assert world.hits == {"score": 1, "extra": 1}
