"""What callers spend in a day: taken before it is sent, and never past the cap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Attempt, Query, Reply
from connectors.errors import LedgerDown, SpendCapped
from connectors.policy.ledger import Recorded
from connectors.words import Effect, Outcome
from gateway.limits import CallerSpending
from gateway.policy import CallerPolicy
from tests.rooms import caller, granted
from tests.virtual import START, VirtualClock, VirtualLoop

from .conftest import House
from .fakes import ANSWER, REPLY, SLOW, Act, FakeLedger

CAP = Decimal(10)
MIDNIGHT = (START.replace(hour=0, minute=0, second=0) + timedelta(days=1) - START).total_seconds()


def capped(name: str = "scoring", amount: str = "10") -> CallerPolicy:
    limits = {"spend_per_day": {"amount": amount, "currency": "EUR"}}
    return caller(name=name, limits=limits)


@dataclass
class Past:
    """A ledger that knows what was spent before, and takes a while to tell."""

    recorded: Decimal = Decimal(0)
    down: bool = False
    asked: list[tuple[str, str, datetime]] = field(default_factory=list)

    async def attempts(self, _: frozenset[str], __: datetime, ___: datetime) -> int:
        raise AssertionError

    async def spent(self, tenant: str, name: str, since: datetime, until: datetime) -> Decimal:
        assert until - since == timedelta(days=1)
        self.asked.append((tenant, name, since))
        await asyncio.sleep(0.01)
        if self.down:
            raise LedgerDown
        return self.recorded


def spending(past: Past | None = None, *callers: CallerPolicy) -> CallerSpending:
    return CallerSpending.of(callers or (capped(),), VirtualClock(), past or Past())


class Watched(FakeLedger):
    """A ledger that looks into the purse whenever an intent is written."""

    till: Till

    async def intent(self, query: Query, effect: Effect) -> None:
        self.till.at_intent.append(await self.till.purse.left(capped()))
        await super().intent(query, effect)


class Till:
    """The innermost layer, with a purse."""

    def __init__(self, house: House, past: Past | None = None) -> None:
        self.house, self.purse = house, spending(past)
        self.at_intent: list[Decimal | None] = []
        house.ledger = ledger = Watched()
        ledger.till = self

    async def ask(self, act: Act) -> Reply:
        kit = replace(self.house.kit(), spending=self.purse)
        self.house.bureau.acts = [act]
        layer = Recorded(kit, self.house.owned, Effect.CHARGEABLE, 60.0)
        query = granted("acme").query("acme", lambda: 1000.0, {})
        attempt = Attempt(call_id=kit.tokens.call_id(), price=Decimal("0.35"))
        return await layer(self.house.bureau)(replace(query, attempt=attempt))


def call(number: int = 1, effect: Effect = Effect.CHARGEABLE) -> Query:
    query = granted("a").query("a", lambda: 0.0, {})
    return replace(query, attempt=Attempt(call_id=f"call-{number}", effect=effect))


async def test_what_is_under_way_is_spent_until_it_turns_out_unbilled() -> None:
    purse = spending()
    assert await purse.left(capped()) == CAP

    purse.debit(call(1), Decimal(4))
    assert await purse.left(capped()) == Decimal(6)
    purse.settle(call(1), Decimal(4), Decimal(0))
    assert await purse.left(capped()) == CAP
    purse.debit(call(2), Decimal(4))
    purse.settle(call(2), Decimal(4), Decimal(4))
    assert await purse.left(capped()) == Decimal(6)


async def test_past_the_cap_nothing_is_taken_and_it_is_said_until_when() -> None:
    purse = spending()
    await purse.left(capped())
    purse.debit(call(1), Decimal("9.99"))
    with pytest.raises(SpendCapped) as caught:
        purse.debit(call(2), Decimal("0.02"))

    assert caught.value.wait == purse.resets_in() == pytest.approx(MIDNIGHT - 0.01)
    purse.debit(call(3), Decimal("0.01"))
    assert await purse.left(capped()) == 0


async def test_what_was_spent_before_the_process_began_counts_and_is_asked_once_a_day() -> None:
    past = Past(Decimal(7))
    purse = spending(past)
    assert await asyncio.gather(*(purse.left(capped()) for _ in range(5))) == [Decimal(3)] * 5

    begun = START.replace(hour=0, minute=0, second=0)
    assert past.asked == [("lender", "scoring", begun)]
    await asyncio.sleep(MIDNIGHT)
    past.recorded = Decimal(0)
    assert await purse.left(capped()) == CAP
    assert past.asked[1:] == [("lender", "scoring", begun + timedelta(days=1))]


async def test_where_the_ledger_does_not_tell_nobody_may_spend() -> None:
    past = Past(down=True)
    purse = spending(past)
    with pytest.raises(LedgerDown):
        await purse.left(capped())
    with pytest.raises(SpendCapped):
        purse.debit(call(), Decimal("0.01"))

    past.down = False
    assert await purse.left(capped()) == CAP


async def test_one_who_leaves_does_not_end_the_look_for_the_others() -> None:
    purse = spending(Past(Decimal(2)))
    first = asyncio.create_task(purse.left(capped()))
    second = asyncio.create_task(purse.left(capped()))
    await asyncio.sleep(0)
    first.cancel()

    assert await second == Decimal(8)


async def test_a_call_that_is_under_way_at_midnight_belongs_to_the_day_that_it_was_begun_on() -> (
    None
):
    purse = spending()
    await purse.left(capped())
    purse.debit(call(1), Decimal(9))
    await asyncio.sleep(MIDNIGHT)
    # Whoever was let in before may send, though nobody has asked the ledger about this day yet.
    purse.debit(call(2), Decimal(5))
    purse.settle(call(1), Decimal(9), Decimal(9))

    assert await purse.left(capped()) == Decimal(5)


async def test_what_the_ledger_has_of_this_process_already_is_not_counted_twice() -> None:
    past = Past()
    purse = spending(past)
    await purse.left(capped())
    await asyncio.sleep(MIDNIGHT)
    purse.debit(call(1), Decimal(3))
    purse.settle(call(1), Decimal(3), Decimal(3))
    past.recorded = Decimal(5)  # 3 of ours, and 2 of another process.

    assert await purse.left(capped()) == Decimal(5)


async def test_a_free_message_is_sent_in_any_case() -> None:
    """Of a job it was submitted, and counted then; what is fetched of it is owed."""
    purse = spending()
    await purse.left(capped())
    purse.debit(call(1), CAP)
    poll = call(2, Effect.FREE)
    purse.debit(poll, Decimal(4))
    purse.settle(poll, Decimal(4), Decimal(4))

    assert await purse.left(capped()) == 0
    with pytest.raises(SpendCapped):
        purse.debit(call(3), Decimal("0.01"))


@pytest.mark.parametrize(
    "reply, left",
    [
        (replace(REPLY, cost=Decimal("0.35")), "9.65"),
        (replace(REPLY, outcome=Outcome.NO_HIT, cost=Decimal(0)), "10"),
        # A job that goes on: nobody comes back to say what it cost.
        (replace(REPLY, outcome=Outcome.PENDING, cost=Decimal(0)), "9.65"),
    ],
)
async def test_an_attempt_is_taken_before_its_intent_and_settled_after_its_outcome(
    house: House, reply: Reply, left: str
) -> None:
    till = Till(house)
    await till.purse.left(capped())
    await till.ask(Act(answer_after=0.01, reply=reply))

    assert till.at_intent == [Decimal("9.65")]
    assert await till.purse.left(capped()) == Decimal(left)


async def test_past_the_cap_no_intent_is_written_and_nothing_is_sent(house: House) -> None:
    till = Till(house, Past(Decimal("9.66")))
    await till.purse.left(capped())
    with pytest.raises(SpendCapped):
        await till.ask(ANSWER)

    assert house.ledger.rows == [] and house.bureau.sent == 0


async def test_a_callers_cancel_gives_nothing_back_of_what_was_sent(house: House) -> None:
    till = Till(house)
    await till.purse.left(capped())
    for act in (SLOW, replace(SLOW, send_after=5.0)):
        waiting = asyncio.create_task(till.ask(act))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0.1)

    # Of the one that has left nobody knows anything yet; the other never will.
    assert house.bureau.sent == 1
    assert await till.purse.left(capped()) == Decimal("9.65")
    await house.owned.settled()
    assert await till.purse.left(capped()) == Decimal("9.65")


async def test_callers_have_purses_of_their_own_and_some_have_none() -> None:
    free = caller(name="free")
    purse = spending(None, capped(), capped("other", "1"), free)
    assert await purse.left(free) is None
    await purse.left(capped())
    await purse.left(capped("other", "1"))
    purse.debit(call(1), CAP)
    standing = replace(call(2).standing, caller="free")
    purse.debit(replace(call(2), standing=standing), Decimal(1000))

    assert await purse.left(capped("other", "1")) == 1


@contextmanager
def virtual_loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    try:
        yield loop
    finally:
        loop.close()


@dataclass
class Crowd:
    """Calls of one caller at random times, some of which are cancelled."""

    seed: int
    sent: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    capped: int = 0

    async def one(self, purse: CallerSpending, number: int, random: Random) -> None:
        query, price = call(number), Decimal(random.choice(("0.35", "1", "2.50", "4")))
        await asyncio.sleep(random.uniform(0, 5))
        await purse.left(capped())
        try:
            purse.debit(query, price)
        except SpendCapped:
            self.capped += 1
            return
        cost = Decimal(0)
        self.sent += price
        self.most = max(self.most, self.sent)
        try:
            await asyncio.sleep(random.uniform(0, 3))
            cost = price if random.random() < 0.5 else Decimal(0)
        except asyncio.CancelledError:
            # Sent, and perhaps billed: a caller's cancel gives nothing back.
            cost = price
            raise
        finally:
            self.sent += cost - price
            self.billed += cost
            purse.settle(query, price, cost)

    async def run(self) -> None:
        random, purse = Random(self.seed), spending(Past(Decimal("1.15")))
        tasks = [
            asyncio.create_task(self.one(purse, number, Random(random.random())))
            for number in range(25)
        ]
        for task in random.sample(tasks, 5):
            await asyncio.sleep(random.uniform(0, 1))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        left = await purse.left(capped())
        assert left == CAP - Decimal("1.15") - self.billed


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_no_crowd_passes_the_cap_together(seed: int) -> None:
    crowd = Crowd(seed)
    with virtual_loop() as loop:
        loop.run_until_complete(crowd.run())

    assert crowd.most <= CAP - Decimal("1.15")
    assert crowd.billed <= CAP - Decimal("1.15")
    # It is not that nobody ever was in anybody's way.
    assert crowd.capped
