"""A wait is limited by time in which the process ran, and else as `asyncio.timeout` limits it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

from connectors.waiting.within import GRACE, STANDSTILL, within

from ..virtual import VirtualLoop


def run(case: Coroutine[None, None, float]) -> float:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(case)


def stand_still(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.idle.time += seconds


async def given_up(seconds: float) -> float:
    with pytest.raises(TimeoutError):
        async with within(seconds):
            await asyncio.Event().wait()
    return asyncio.get_running_loop().time()


def test_a_wait_ends_when_its_time_is_over() -> None:
    assert run(given_up(1.0)) == pytest.approx(1.0)


def test_what_comes_in_time_is_not_disturbed_later() -> None:
    async def case() -> float:
        async with within(1.0):
            await asyncio.sleep(0.5)
        await asyncio.sleep(2.0)
        return asyncio.get_running_loop().time()

    assert run(case()) == pytest.approx(2.5)


def test_what_came_during_a_standstill_is_read() -> None:
    """Some turns after it: an answer goes through more hands than a timer does."""

    async def case() -> float:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        loop.call_later(0.5, stand_still, 10.0)
        loop.call_later(10.5 + GRACE / 2, answer.set_result, None)
        async with within(1.0):
            await answer
        return loop.time()

    assert run(case()) > 10.5


def test_a_standstill_is_an_excuse_once_and_for_a_moment() -> None:
    async def case() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(0.5, stand_still, 10.0)
        loop.call_later(10.6, stand_still, 10.0)
        return await given_up(1.0)

    assert run(case()) == pytest.approx(20.6, abs=GRACE)


def test_a_timer_that_is_a_little_late_is_no_excuse() -> None:
    async def case() -> float:
        asyncio.get_running_loop().call_later(0.99, stand_still, STANDSTILL)
        return await given_up(1.0)

    assert run(case()) == pytest.approx(0.99 + STANDSTILL)


def test_a_cancel_from_outside_stays_one() -> None:
    async def case() -> float:
        task = asyncio.create_task(given_up(5.0))
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncio.get_running_loop().time()

    assert run(case()) == pytest.approx(1.0)
