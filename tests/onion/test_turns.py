"""Turns of a rate: as many as it allows, in the order of coming, and none lost by who goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.policy.limit.turns import Turns
from tests.counts import count
from tests.virtual import VirtualClock, VirtualLoop

INSTANT = 1e-6
"""Seconds that are none: sums of intervals are not exact."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who wants a turn."""

    after: float
    """Seconds after the one before."""
    patience: float
    goes: float = inf
    """After so many seconds, served or not."""


@dataclass
class Desk:
    """Whoever comes, and what must hold in that moment."""

    rate: float
    clock: VirtualClock = field(default_factory=VirtualClock)
    served: list[tuple[float, int]] = field(default_factory=list)
    """When, and whom: by the order of coming."""
    waiting: dict[int, float] = field(default_factory=dict)
    """Since when."""
    waits: list[tuple[float, float]] = field(default_factory=list)
    """All that are over: from, to."""
    came: int = 0

    def __post_init__(self) -> None:
        self.turns = Turns(self.rate, self.clock)

    async def open(self, guests: Sequence[Guest]) -> None:
        tasks = []
        for guest in guests:
            await asyncio.sleep(guest.after)
            tasks.append(task := asyncio.create_task(self._comes(guest)))
            if guest.goes < inf:
                asyncio.get_running_loop().call_later(guest.goes, task.cancel)
        for end in await asyncio.gather(*tasks, return_exceptions=True):
            assert end is None or isinstance(end, asyncio.CancelledError), end

    async def _comes(self, guest: Guest) -> None:
        number, now = self.came, self.clock.now()
        self.came += 1
        until = now + guest.patience
        expected = self._expected(now)
        self.waiting[number] = now
        try:
            has_turn = await self.turns.take(lambda: until)
        finally:
            self.waits.append((self.waiting.pop(number), self.clock.now()))
        if has_turn:
            assert self.clock.now() <= expected + INSTANT
            assert expected < until + INSTANT
            self.served.append((self.clock.now(), number))
        else:
            # At once, and only who would have come too late behind those who wait.
            assert self.clock.now() == now
            assert expected >= until - INSTANT

    def _expected(self, now: float) -> float:
        times = [at for at, _ in self.served]
        for _ in self.waiting:
            times.append(self.next_after(times, now))
        return self.next_after(times, now)

    def next_after(self, times: Sequence[float], now: float) -> float:
        """Say when the rate allows one more: no window has more than a burst and its time's."""
        burst = max(1.0, self.rate)
        least = [at + (len(times) - n + 1 - burst) / self.rate for n, at in enumerate(times)]
        return max(now, *least) if least else now


GUESTS = st.lists(
    st.builds(
        Guest,
        after=st.sampled_from([0.0, 0.05, 0.3, 1.0, 4.0]),
        patience=st.sampled_from([0.1, 0.5, 2.0, 10.0]),
        goes=st.sampled_from([inf, inf, 0.0, 0.05, 0.3, 1.0, 5.0]),
    ),
    max_size=40,
)


@example(1.0, [*[Guest(0, 10, 0.3)] * 10, Guest(1.3, 5)])
@given(rate=st.sampled_from([0.4, 1.0, 2.5, 10.0]), guests=GUESTS)
@settings(max_examples=count(200, 5000), deadline=None)
def test_whoever_comes_and_goes_the_rate_holds_and_no_turn_is_lost(
    rate: float, guests: list[Guest]
) -> None:
    """Nor is anybody refused whose turn would have come in time, nor served before his turn."""
    desk = Desk(rate)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(desk.open(guests))

    times = [at for at, _ in desk.served]
    numbers = [number for _, number in desk.served]
    assert numbers == sorted(numbers)
    for n, at in enumerate(times):
        assert at >= desk.next_after(times[:n], 0.0) - INSTANT
    for n, until in enumerate([*times, inf]):
        free = desk.next_after(times[:n], 0.0)
        for since, to in desk.waits:
            assert min(until, to) - max(free, since) <= INSTANT, "a turn was there, and nobody's"


async def test_who_goes_while_it_waits_leaves_its_turn_to_the_next() -> None:
    turns = Turns(1, VirtualClock())
    assert await turns.take(lambda: inf)
    waiting = [asyncio.create_task(turns.take(lambda: inf)) for _ in range(10)]
    await asyncio.sleep(0.3)
    for each in waiting[:9]:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each

    assert await waiting[9]
    assert asyncio.get_running_loop().time() == pytest.approx(1)


async def test_whose_time_has_become_too_short_meanwhile_leaves_its_turn_to_the_next() -> None:
    """The deadline of a question is that of the last who waits for it."""
    turns, ends = Turns(1, VirtualClock()), [10.0]
    assert await turns.take(lambda: inf)
    hurried = asyncio.create_task(turns.take(lambda: ends[0]))
    patient = asyncio.create_task(turns.take(lambda: inf))
    await asyncio.sleep(0.3)
    ends[0] = 0.5

    assert [await hurried, await patient] == [False, True]
    assert asyncio.get_running_loop().time() == pytest.approx(1)


@dataclass
class Late(VirtualClock):
    """Of a loop that is behind: whom it should have woken still sleeps."""

    by: float = 0.0

    def now(self) -> float:
        return super().now() + self.by


async def test_a_loop_that_is_late_lets_nobody_past_who_waits() -> None:
    clock, served = Late(), list[str]()
    turns = Turns(10, clock)

    async def comes(who: str) -> None:
        assert await turns.take(lambda: inf)
        served.append(who)

    waiting = [asyncio.create_task(comes(str(n))) for n in range(11)]
    await asyncio.sleep(0)
    clock.by = 5.0
    await asyncio.gather(*waiting, comes("newcomer"))

    assert served[-2:] == ["10", "newcomer"]
