"""What one call promises, whoever waits for it and whatever the bureau does."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.contract import Query, Reply
from connectors.errors import Lost, NotSent, RateLimited, Refused, TimedOut
from connectors.words import Billed, Outcome
from tests.virtual import VirtualLoop

from .conftest import House
from .fakes import ANSWER, BROKEN, HANG, REFUSE, REPLY, SLOW, UNSENT, Act, query

KNOWN = b"known"


def now() -> float:
    return round(asyncio.get_running_loop().time(), 2)


async def test_a_paid_call_outlives_its_caller(house: House) -> None:
    """Error on time, outcome row later, reply cached, the next one is a hit."""
    ask = house.connector(SLOW)
    begun = now()
    with pytest.raises(TimedOut):
        await ask(query(within=2))
    assert now() - begun == pytest.approx(2, abs=0.02)
    assert house.ledger.outcomes() == []

    await house.owned.settled()
    await asyncio.sleep(0.1)
    assert house.ledger.outcomes() == ["HIT"]
    assert house.ledger.rows[-1].at - begun == pytest.approx(20, abs=0.1)
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 1


async def test_a_paid_call_outlives_its_timeout(house: House) -> None:
    """The attempt's share ends the wait; the deadline is not waited for."""
    ask = house.connector(SLOW, timeout=3)
    begun = now()
    with pytest.raises(TimedOut):
        await ask(query(within=10))
    assert now() - begun == pytest.approx(3, abs=0.02)
    await house.owned.settled()
    await asyncio.sleep(0.1)
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 1


async def test_a_drain_waits_until_a_late_answer_is_kept(house: House) -> None:
    """The cache is closed after it."""
    house.cache.way = 0.5
    ask = house.connector(SLOW)
    with pytest.raises(TimedOut):
        await ask(query(within=3))
    await house.owned.settled()
    assert len(house.cache.kept) == 1


async def test_an_equal_query_joins_what_is_settling(house: House) -> None:
    """Not one more purchase while the first is on its way."""
    ask = house.connector(SLOW)
    with pytest.raises(TimedOut):
        await ask(query(within=2))
    assert (await ask(query(within=30))).user_info == KNOWN
    assert house.bureau.sent == 1


async def test_settling_ends(house: House) -> None:
    ask = house.connector(HANG)
    with pytest.raises(TimedOut):
        await ask(query(within=2))
    await house.owned.settled()
    assert house.ledger.outcomes() == ["LOST"]
    assert now() >= 60 and house.bureau.sent == 1


async def test_a_free_call_is_cancelled(house: House) -> None:
    ask = house.connector(HANG, free=True, timeout=100)
    with pytest.raises(TimedOut):
        await ask(query(within=2))
    await asyncio.sleep(0.01)
    assert house.bureau.cancelled == 1
    assert house.ledger.outcomes() == ["LOST"]


async def test_a_paid_call_that_has_not_left_is_cancelled(house: House) -> None:
    ask = house.connector(Act(send_after=4.0))
    with pytest.raises(NotSent):
        await ask(query(within=2))
    await asyncio.sleep(5)
    assert (house.bureau.sent, house.bureau.cancelled) == (0, 1)
    assert house.ledger.outcomes() == ["UNREACHABLE"]


async def test_100_equal_queries_are_sent_once(house: House) -> None:
    ask = house.connector(ANSWER)
    replies = await asyncio.gather(*(ask(query()) for _ in range(100)))
    assert [reply.user_info for reply in replies] == [KNOWN] * 100
    assert sum(reply.cost for reply in replies) == REPLY.cost
    assert house.bureau.sent == 1


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("last", [0, 1, 50, 99])
async def test_any_99_may_cancel(house: House, last: int, free: bool) -> None:
    ask = house.connector(Act(answer_after=1), free=free)
    tasks = [asyncio.create_task(ask(query())) for _ in range(100)]
    await asyncio.sleep(0.5)
    for task in tasks[:last] + tasks[last + 1 :]:
        task.cancel()
    assert (await tasks[last]).user_info == KNOWN
    assert house.bureau.sent == 1


async def test_all_100_cancel_and_a_free_call_ends(house: House) -> None:
    ask = house.connector(Act(answer_after=1), free=True)
    tasks = [asyncio.create_task(ask(query())) for _ in range(100)]
    await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 2


@pytest.mark.parametrize("free", [True, False])
async def test_a_leader_out_of_budget_leaves_a_flight(house: House, free: bool) -> None:
    ask = house.connector(Act(answer_after=3), free=free)
    leader = asyncio.create_task(ask(query(within=1)))
    await asyncio.sleep(0.1)
    waiter = asyncio.create_task(ask(query(within=10)))
    with pytest.raises(TimedOut):
        await leader
    assert now() <= 1.05
    assert (await waiter).user_info == KNOWN
    assert house.bureau.sent == 1


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("ticks", range(8))
async def test_a_newcomer_in_the_moment_of_leaving(house: House, ticks: int, free: bool) -> None:
    """The last has gone, the flight has not yet heard: join neither it nor a second."""
    ask = house.connector(Act(answer_after=3), free=free)
    house.cache.way = 0
    first = asyncio.create_task(ask(query()))
    await asyncio.sleep(1)
    first.cancel()
    for _ in range(ticks):
        await asyncio.sleep(0)
    assert (await ask(query())).user_info == KNOWN
    assert free or house.bureau.sent == 1


@pytest.mark.parametrize("offset", [n / 4000 for n in range(-16, 17)])
async def test_a_newcomer_in_the_moment_of_landing(house: House, offset: float) -> None:
    """His look-up misses, and the flight is over when he hears of it."""
    ask = house.connector(Act(answer_after=3))
    first = asyncio.create_task(ask(query()))
    await asyncio.sleep(3.005 + offset)
    assert (await ask(query())).user_info == (await first).user_info
    assert house.bureau.sent == 1


async def test_an_attempt_that_timed_out_unsent_is_repeated(house: House) -> None:
    ask = house.connector(Act(send_after=50.0), ANSWER, timeout=2)
    assert (await ask(query())).user_info == KNOWN
    assert house.ledger.outcomes() == ["UNREACHABLE", "HIT"]


async def test_a_leaders_deadline_ends_nothing_for_others(house: House) -> None:
    late = Act(send_after=-1.0, answer_after=1.5, fails=NotSent)
    ask = house.connector(late, ANSWER)
    leader = asyncio.create_task(ask(query(within=1)))
    await asyncio.sleep(0.1)
    waiter = asyncio.create_task(ask(query(within=10)))
    with pytest.raises(NotSent):
        await leader
    assert (await waiter).user_info == KNOWN
    # Not the second attempt of whoever was told that nothing was sent.
    assert house.ledger.intents() == [1, 1]


async def test_one_slow_moment_keeps_no_impatient_crowd_from_its_answer(house: House) -> None:
    """Each of them has less time than the first connection takes, and more than all later ones."""
    ask = house.connector(Act(send_after=1.0), Act(send_after=0.1, answer_after=0.01))

    async def one(number: int) -> bool:
        await asyncio.sleep(number * 0.05)
        with contextlib.suppress(NotSent):
            return (await ask(query(within=0.4))).user_info == KNOWN
        return False

    answered = await asyncio.gather(*(one(number) for number in range(100)))
    assert house.bureau.sent == 1
    assert sum(answered) > 90


class Hesitant:
    """A bureau to which a message leaves some turns after its connection is there."""

    def __init__(self, turns: int) -> None:
        self.sent = 0
        self._turns = turns

    async def __call__(self, query: Query) -> Reply:
        await asyncio.sleep(0.5)
        for _ in range(self._turns):
            await asyncio.sleep(0)
        query.attempt.leave("acme")
        self.sent += 1
        await asyncio.sleep(0.1)
        return REPLY


@pytest.mark.parametrize("turns", range(8))
async def test_what_was_told_never_to_have_left_does_not_leave(house: House, turns: int) -> None:
    """A process that stood still finds its deadline and its connection in one turn of the loop."""
    house.bottom = bureau = Hesitant(turns)
    ask = house.connector()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.call_later(0.4, setattr, loop.idle, "time", 3.0)
    with pytest.raises((NotSent, TimedOut)) as told:
        await ask(query(within=1))
    await house.owned.settled()
    assert isinstance(told.value, TimedOut) == bool(bureau.sent)


@pytest.mark.parametrize("way", [0, 0.001])
@pytest.mark.parametrize("ticks", range(24))
async def test_a_cancel_at_any_moment_loses_no_answer(house: House, ticks: int, way: float) -> None:
    """Sweep the cancel over every step of the loop around send and answer."""
    house.cache.way = house.ledger.commit = way
    ask = house.connector(Act())
    task = asyncio.create_task(ask(query()))
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    await house.owned.settled()
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 1


@pytest.mark.parametrize("offset", [n / 2000 for n in range(-12, 13)])
@pytest.mark.parametrize("by", ["timeout", "deadline"])
async def test_an_answer_at_the_very_end(house: House, offset: float, by: str) -> None:
    """Whichever comes first, the answer is bought once, written down and kept."""
    house.ledger.commit = 0.001
    ends = 3 + offset
    ask = house.connector(Act(answer_after=3), timeout=ends if by == "timeout" else 9)
    with contextlib.suppress(TimedOut):
        assert (await ask(query(within=ends if by == "deadline" else 9))).user_info == KNOWN
    await asyncio.sleep(0.1)
    assert house.ledger.outcomes() == ["HIT"]
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 1


async def test_who_joins_what_never_lands_goes_in_time(house: House) -> None:
    ask = house.connector(HANG)
    with pytest.raises(TimedOut):
        await ask(query(within=2))
    begun = now()
    with pytest.raises(TimedOut):
        await ask(query(within=3))
    assert now() - begun == pytest.approx(3, abs=0.02)
    with pytest.raises(Lost):
        await ask(query(within=100))
    assert now() == pytest.approx(60, abs=0.1)
    assert house.bureau.sent == 1


async def test_waiters_get_errors_of_their_own(house: House) -> None:
    ask = house.connector(BROKEN)
    errors = await asyncio.gather(*(ask(query()) for _ in range(9)), return_exceptions=True)
    assert {type(error) for error in errors} == {Lost}
    assert len({id(error) for error in errors}) == 9


async def test_what_was_never_sent_is_repeated(house: House) -> None:
    ask = house.connector(UNSENT, UNSENT, ANSWER)
    assert (await ask(query())).user_info == KNOWN
    assert house.ledger.intents() == [1, 2, 3]
    assert house.ledger.outcomes() == ["UNREACHABLE", "UNREACHABLE", "HIT"]


async def test_no_pause_that_no_attempt_can_follow(house: House) -> None:
    ask = house.connector(UNSENT)
    with pytest.raises(NotSent):
        await ask(query(within=0.06))
    assert house.ledger.intents() == [1]


async def test_what_may_have_arrived_is_never_sent_again(house: House) -> None:
    ask = house.connector(BROKEN)
    with pytest.raises(Lost):
        await ask(query())
    assert house.bureau.sent == 1
    assert house.ledger.outcomes() == ["LOST"]


async def test_a_free_one_is(house: House) -> None:
    ask = house.connector(BROKEN, BROKEN, ANSWER, free=True)
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.sent == 3


async def test_refused_credentials_are_renewed_once(house: House) -> None:
    ask = house.connector(REFUSE, ANSWER)
    assert (await ask(query())).user_info == KNOWN
    assert house.bureau.renewed == 1
    assert house.ledger.outcomes() == ["REFUSED", "HIT"]

    ask = house.connector(REFUSE)
    with pytest.raises(Refused):
        await ask(query(name="bob"))
    assert house.bureau.renewed == 2
    assert house.bureau.sent == 4


async def test_a_cancel_during_a_pause_ends_the_retry(house: House) -> None:
    ask = house.connector(UNSENT)
    task = asyncio.create_task(ask(query()))
    while not house.ledger.outcomes():
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait({task})
    await asyncio.sleep(5)
    assert task.cancelled()
    assert house.ledger.intents() == [1]


async def test_a_cancel_during_a_second_attempt_reaches_it(house: House) -> None:
    """tenacity catches even `CancelledError`; it must come out again as itself."""
    ask = house.connector(UNSENT, HANG, free=True)
    task = asyncio.create_task(ask(query()))
    while not house.bureau.sent:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait({task})
    await asyncio.sleep(0.1)
    assert task.cancelled() and house.bureau.cancelled == 1


async def test_a_fault_of_ours_is_written_down_and_goes_up(house: House) -> None:
    ask = house.connector(Act(fails=KeyError))
    async with asyncio.timeout(5):
        with pytest.raises(KeyError):
            await ask(query())
    assert house.ledger.outcomes() == ["LOST"]


async def test_an_attempt_that_never_left_does_not_unsay_the_one_before(house: House) -> None:
    """Else it would be free to ask again, and somebody's client would do so by itself."""
    ask = house.connector(BROKEN, UNSENT, unbilled=frozenset({Outcome.LOST}))
    with pytest.raises(Lost) as error:
        await ask(query())

    assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.35"))
    assert error.value.attempts == 3


async def test_a_deadline_does_not_unsay_it_either(house: House) -> None:
    never = Act(send_after=-1.0, answer_after=50.0, fails=NotSent)
    ask = house.connector(BROKEN, never, unbilled=frozenset({Outcome.LOST}))
    with pytest.raises(TimedOut) as error:
        await ask(query(within=3))

    assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.35"))


async def test_a_ledger_that_fails_does_not_unsay_it_either(house: House) -> None:
    ask = house.connector(
        replace(BROKEN, answer_after=1.0), UNSENT, unbilled=frozenset({Outcome.LOST})
    )
    asking = asyncio.create_task(ask(query()))
    await asyncio.sleep(1.005)
    house.ledger.down = True
    with pytest.raises(Lost):
        await asking


async def test_what_was_turned_away_was_never_looked_at(house: House) -> None:
    turned_away = Act(answer_after=0.01, fails=RateLimited)
    ask = house.connector(turned_away, UNSENT)
    with pytest.raises(NotSent) as error:
        await ask(query())

    assert error.value.billed is Billed.NO
