"""A caller waits for its rows as long as promised: of time in which the process ran."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import LedgerDown
from gateway.store.writing.patience import BEAT, PATIENCE, STANDSTILL, Patience

from ..virtual import VirtualLoop

ROWS = (("calls", ()),)


def stand_still(seconds: float) -> None:
    """Let time pass without a turn of the loop, as a collector's round or a busy machine does."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.idle.time += seconds


def run(case: Coroutine[None, None, float]) -> float:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(case)


async def given_up(patience: Patience) -> float:
    """Tell when a row that nobody writes is given up."""
    with pytest.raises(LedgerDown):
        await patience.entry(ROWS).written
    return asyncio.get_running_loop().time()


def test_a_row_that_nobody_writes_is_given_up_when_promised() -> None:
    assert run(given_up(Patience(PATIENCE))) == pytest.approx(PATIENCE)


def test_a_row_that_is_written_right_after_a_standstill_is_written() -> None:
    async def case() -> float:
        loop, patience = asyncio.get_running_loop(), Patience(PATIENCE)
        entry = patience.entry(ROWS)
        loop.call_later(BEAT, stand_still, 5)
        loop.call_later(5 + BEAT + PATIENCE / 2, entry.written.set_result, None)
        await entry.written
        return loop.time()

    assert run(case()) > 5


@given(
    standstills=st.lists(
        st.tuples(st.floats(0, 2 * PATIENCE), st.floats(STANDSTILL, 10)), max_size=5
    )
)
def test_no_standstill_adds_more_than_its_own_length(
    standstills: list[tuple[float, float]],
) -> None:
    async def case() -> float:
        loop = asyncio.get_running_loop()
        for at, seconds in standstills:
            loop.call_later(at, stand_still, seconds)
        return await given_up(Patience(PATIENCE))

    end = run(case())
    assert end >= PATIENCE - 1e-3
    assert end <= PATIENCE + sum(seconds for _, seconds in standstills) + 1e-3


@given(turn=st.floats(0.005, BEAT))
def test_a_loop_that_is_only_slow_is_no_excuse(turn: float) -> None:
    async def case() -> float:
        loop = asyncio.get_running_loop()

        def work() -> None:
            stand_still(turn)
            loop.call_soon(work)

        loop.call_soon(work)
        return await given_up(Patience(PATIENCE))

    assert run(case()) <= 2 * PATIENCE
