"""One question under way, in thousands of orders in which joins, cancels and deadlines may come."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest

from connectors.contract import Call, Query, Reply
from connectors.errors import BulkheadFull, ConnectorError, Lost, NoBudget, NotSent, TimedOut
from connectors.policy.reuse.flight import MOST_WAITERS
from connectors.words import ReuseMode
from tests.bars import record
from tests.counts import count, seed
from tests.onion.conftest import House
from tests.onion.fakes import REPLY, Act, query, standing
from tests.shuffled import run_shuffled

SCHEDULES = count(1_200, 50_000)
ENOUGH = 0.05
"""Seconds that an attempt needs."""


@dataclass
class Watched:
    """A bureau that notes how many are asking it for one name, and how many ever were."""

    acts: list[Act]
    under_way: Counter[str] = field(default_factory=Counter)
    most: int = 0
    sent: int = 0

    async def __call__(self, query: Query) -> Reply:
        name = str(query.subject["name"])
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        self.under_way[name] += 1
        self.most = max(self.most, self.under_way[name])
        try:
            await asyncio.sleep(act.send_after)
            if act.fails is NotSent:
                raise NotSent("acme")
            query.attempt.leave("acme")
            self.sent += 1
            await asyncio.sleep(act.answer_after)
            if act.fails:
                raise act.fails("acme")
            return act.reply
        finally:
            self.under_way[name] -= 1


def acts(random: Random) -> list[Act]:
    """Let leaders fail in any phase, or hang, and the last one answer."""
    found = []
    for _ in range(random.randrange(3)):
        fails = random.choice([None, NotSent, Lost])
        found.append(
            Act(random.choice([0, 0.01, 0.5]), random.choice([0, 0.02, 1, 400]), fails=fails)
        )
    return [*found, Act(random.choice([0, 0.1]), random.choice([0, 0.01, 0.3]))]


@dataclass
class Waiter:
    """Asks once, and may be cancelled."""

    within: float
    task: asyncio.Task[Reply] = field(init=False)
    struck: bool = False
    late: float = 0.0

    def start(self, ask: Call) -> None:
        self.task = asyncio.create_task(self._wait(ask))

    def strike(self) -> None:
        self.struck = self.task.cancel()

    async def _wait(self, ask: Call) -> Reply:
        ends = asyncio.get_running_loop().time() + self.within
        try:
            return await ask(query(self.within))
        finally:
            self.late = asyncio.get_running_loop().time() - ends

    def check(self) -> str:
        """Say how it ended, if it may have ended so."""
        # Whoever was struck while it waited is cancelled, and nobody else is.
        assert self.task.cancelled() == self.struck
        # Nobody waits past its deadline, but for what it takes to look into a cache.
        assert self.late <= 0.11
        if self.task.cancelled():
            return "cancelled"
        if (error := self.task.exception()) is None:
            return "answered"
        assert isinstance(error, NotSent | TimedOut | Lost | NoBudget)
        # Others' haste is nobody's failure; who leads anew when they have gone may come too late.
        assert not isinstance(error, NoBudget) or self.within < ENOUGH or self.late > -ENOUGH
        return type(error).__name__


async def schedule(seed: int) -> Counter[str]:
    """Play one: who asks when and how long, who is cancelled when, what the bureau does."""
    random = Random(seed)
    bureau = Watched(acts(random))
    house = House(bottom=bureau)
    house.cache.way = random.choice([0, 0.001, 0.05])
    house.ledger.commit = random.choice([0, 0.001])
    is_free = random.random() < 0.5
    ask = house.connector(free=is_free, timeout=random.choice([1, 3]))
    waiters: list[Waiter] = []
    for _ in range(random.randrange(2, 9)):
        waiter = Waiter(random.choice([0.03, 0.3, 2, 20]))
        waiters.append(waiter)
        waiter.start(ask)
        if random.random() < 0.4:
            asyncio.get_running_loop().call_later(
                random.choice([0, 0.001, 0.01, 0.3, 1]), waiter.strike
            )
        await asyncio.sleep(random.choice([0, 0, 0.001, 0.2]))
    async with asyncio.timeout(500):
        await asyncio.wait([waiter.task for waiter in waiters])
    assert bureau.most <= 1
    await house.owned.settled()
    await asyncio.sleep(1)
    # What was bought is known, and the key is free again.
    assert bureau.under_way.total() == 0
    assert len(house.ledger.intents()) == len(house.ledger.outcomes())
    sent = bureau.sent
    if "HIT" in house.ledger.outcomes() and not is_free:
        assert (await ask(query(60))).user_info == REPLY.user_info
        assert bureau.sent == sent
    return Counter(waiter.check() for waiter in waiters)


def test_in_any_order_one_call_at_a_time_and_everybody_hears() -> None:
    first, seen = seed(), Counter[str]()
    for number in range(first, first + SCHEDULES):
        try:
            seen += run_shuffled(schedule(number), number)
        except BaseException as error:
            error.add_note(f"schedule {number}")
            raise
    record("flight", f"{SCHEDULES} orders of events, one call each: {dict(seen)}")

    assert set(seen) == {"answered", "cancelled", "NotSent", "Lost", "TimedOut", "NoBudget"}


@pytest.mark.parametrize("last", [0, 1, 500, 999])
def test_of_1000_equal_inquiries_any_999_may_cancel(last: int) -> None:
    async def main() -> None:
        house = House()
        ask = house.connector(Act(answer_after=1))
        tasks = [asyncio.create_task(ask(query())) for _ in range(1000)]
        await asyncio.sleep(0.5)
        for task in (*tasks[:last], *tasks[last + 1 :]):
            task.cancel()
        assert (await tasks[last]).user_info == b"known"
        assert house.bureau.sent == 1
        await asyncio.wait(tasks)
        await house.owned.settled()

    run_shuffled(main(), last)


def test_1000_equal_inquiries_are_one_call_and_one_price() -> None:
    async def main() -> None:
        house = House()
        ask = house.connector(Act(answer_after=1))
        replies = await asyncio.gather(*(ask(query()) for _ in range(1000)))
        record("flight", f"1,000 equal inquiries: {house.bureau.sent} upstream call")
        assert sum(reply.cost for reply in replies) == REPLY.cost
        assert house.bureau.sent == 1
        await house.owned.settled()

    run_shuffled(main(), 1)


def test_more_wait_for_nobody() -> None:
    """Who comes after 1,000 others is shed at once, and may come again."""

    async def main() -> None:
        house = House()
        ask = house.connector(Act(answer_after=1))
        tasks = [asyncio.create_task(ask(query())) for _ in range(MOST_WAITERS + 5)]
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(end, BulkheadFull) for end in ended) == 5
        assert house.bureau.sent == 1
        await house.owned.settled()

    run_shuffled(main(), 1)


def test_bypass_and_only_cache_in_any_order() -> None:
    """BYPASS buys for itself alone; ONLY_CACHE never does."""

    async def main(number: int) -> None:
        random = Random(number)
        house = House()
        ask = house.connector(Act(answer_after=0.1))
        modes = random.choices(list(ReuseMode), k=9)

        async def one(mode: ReuseMode) -> Reply | ConnectorError:
            await asyncio.sleep(random.choice([0, 0.05, 0.2]))
            try:
                return await ask(query(stands=standing(reuse=mode)))
            except ConnectorError as error:
                return error

        await asyncio.gather(*map(one, modes))
        alone = modes.count(ReuseMode.BYPASS)
        assert alone <= house.bureau.sent <= alone + (ReuseMode.DEFAULT in modes)
        await house.owned.settled()

    for number in range(SCHEDULES // 10):
        run_shuffled(main(number), number)
