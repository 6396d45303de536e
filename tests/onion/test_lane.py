"""What a caller waits for a shared store, and what the store is asked; on virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from gateway.store.cache.events import CacheEvent
from gateway.store.cache.shared.budget import Unreachable
from gateway.store.cache.shared.lane import BUDGET, OWED, TOGETHER, Lane
from tests.cache.lines import Scripted
from tests.virtual import VirtualClock


class Station:
    """A lane, its line, and what it told."""

    def __init__(self) -> None:
        self.line = Scripted()
        self.seen = Counter[CacheEvent]()
        self.said: list[str] = []
        self.lane = Lane(
            self.line, VirtualClock(), lambda event: self.seen.update([event]), self.said.append
        )

    async def fails(self) -> float:
        """Give the seconds after which an asking fails."""
        begun = now()
        with pytest.raises(Unreachable):
            await self.lane.ask("SET", "x")
        return now() - begun


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.fixture
async def station() -> Station:
    return Station()


async def test_who_asks_together_goes_together_and_gets_its_own(station: Station) -> None:
    looks = [station.lane.look(f"n{number}", "n0") for number in range(9)]
    asked = [station.lane.ask("SET", number) for number in range(3)]
    found = await asyncio.gather(*looks, *asked)

    assert found[:9] == [[b"value of n%d" % number, b"value of n0"] for number in range(9)]
    assert found[9:] == ["did 0", "did 1", "did 2"]
    (batch,) = station.line.batches
    assert batch[-1] == ("MGET", "n0", *(f"n{number}" for number in range(1, 9)))


async def test_a_look_sees_what_was_written_before_it(station: Station) -> None:
    looking = asyncio.create_task(station.lane.look("a"))
    station.lane.tell("SET", "a")
    await looking

    assert [command[0] for command in station.line.batches[0]] == ["SET", "MGET"]


async def test_what_is_asked_meanwhile_goes_with_the_next(station: Station) -> None:
    station.line.takes = 0.005
    first = asyncio.create_task(station.lane.ask("SET", 0))
    await asyncio.sleep(0.001)
    await asyncio.gather(*(station.lane.ask("SET", number) for number in range(1, 6)))
    await first

    assert [len(batch) for batch in station.line.batches] == [1, 5]


async def test_a_batch_has_an_end(station: Station) -> None:
    await asyncio.gather(*(station.lane.ask("SET", number) for number in range(TOGETHER + 1)))

    assert [len(batch) for batch in station.line.batches] == [TOGETHER, 1]


async def test_nobody_waits_longer_than_the_budget(station: Station) -> None:
    station.line.takes = 1.0
    ended = await asyncio.gather(
        *(station.lane.ask("SET", number) for number in range(50)), return_exceptions=True
    )

    assert now() == pytest.approx(BUDGET)
    assert {type(end) for end in ended} == {Unreachable}
    assert station.said == ["cache_lost"]


async def test_after_a_failure_nobody_waits_at_all_for_ever_longer(station: Station) -> None:
    station.line.takes = 1.0
    waits: list[float] = []
    while now() < 200:
        begun = now()
        if await station.fails() > 0:
            waits.append(begun)
        await asyncio.sleep(0.01)
    pauses = [later - earlier for earlier, later in pairwise(waits)]

    assert pauses[0] == pytest.approx(0.12, abs=0.02)
    assert pauses[-1] == pytest.approx(10, abs=0.1)
    assert len(waits) < 30


async def test_one_alone_tries_whether_it_is_back(station: Station) -> None:
    station.line.down = True
    await station.fails()
    await asyncio.sleep(0.2)
    before = len(station.line.batches)
    await asyncio.gather(*(station.fails() for _ in range(9)))
    assert len(station.line.batches) == before + 1

    station.line.down = False
    await asyncio.sleep(1)
    assert await station.lane.ask("SET", 1) == "did 1"
    assert await station.lane.ask("SET", 2) == "did 2"
    assert station.said == ["cache_lost", "cache_found"]


async def test_what_was_to_be_done_is_done_when_it_is_back_and_in_order(station: Station) -> None:
    station.line.down = True
    await station.fails()
    for number in range(OWED + 3):
        station.lane.tell("EVAL", number)
    assert len(station.line.batches) == 1

    station.line.down = False
    await asyncio.sleep(1)
    station.lane.tell("EVAL", "last")
    await station.lane.ask("SET", "probe")
    await station.lane.aclose()
    sent = [command[1] for batch in station.line.batches[1:] for command in batch]
    assert sent == ["probe", *range(4, OWED + 3), "last"]


async def test_a_word_on_one_command_says_nothing_of_others(station: Station) -> None:
    class Full(Scripted):
        async def send(self, commands: object) -> list[object]:
            return [ValueError("OOM") if command[1] == 1 else "did" for command in commands]  # type: ignore[attr-defined]

    station.lane._line = Full()  # noqa: SLF001 (it is its own)
    ended = await asyncio.gather(
        *(station.lane.ask("SET", number) for number in range(3)), return_exceptions=True
    )

    assert [isinstance(end, Unreachable) for end in ended] == [False, True, False]
    assert station.said == []


async def test_who_is_cancelled_takes_nobody_along(station: Station) -> None:
    station.line.takes = 0.01
    asked = [asyncio.create_task(station.lane.ask("SET", number)) for number in range(9)]
    await asyncio.sleep(0.001)
    for task in asked[::2]:
        task.cancel()
    await asyncio.wait(asked)

    assert [task.cancelled() for task in asked] == [True, False] * 4 + [True]
    assert asked[1].result() == "did 1"


async def test_who_has_patience_is_let_through(station: Station) -> None:
    station.line.takes = 0.1
    await station.fails()

    assert await station.lane.ask("EVAL", 1, patience=5.0) == "did 1"
    with pytest.raises(Unreachable):
        await station.lane.ask("EVAL", 1, patience=0.05)
