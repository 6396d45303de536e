"""What the breaker hears of attempts, however their waits end."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from connectors.contract import Reply
from connectors.errors import BreakerOpen, Lost, NoBudget, NotSent, TimedOut
from connectors.kit import Unrecorded
from connectors.policy.breaker.circuit import State
from tests.virtual import VirtualLoop

from .whole import DOWN, HANGS, HIT, UNSENT, Says, Whole

SLOW = Says(after=5.0)
ONCE = {"retry": {"max_attempts": 1}}


class Slow(Unrecorded):
    """A ledger that does not say what it knows."""

    async def attempts(self, _connectors: frozenset[str], _: datetime, __: datetime) -> int:
        await asyncio.sleep(1e6)
        return 0


def counted(whole: Whole) -> tuple[int, int]:
    """Give the calls and the failures that it knows of."""
    window = whole.bureau.guard.circuit.window
    return window.calls, window.marked


def state(whole: Whole) -> State:
    return whole.bureau.guard.circuit.state


async def test_it_opens_for_all_connectors_of_a_bureau_and_lets_a_few_try_later() -> None:
    whole = Whole(lambda number: UNSENT if number < 5 else HIT, ONCE, {"name": "other"})
    await whole.asks(5, every=0.1)
    sent = whole.transport.tried
    for of in (0, 1):
        end = await whole.ask(of=of)
        assert isinstance(end, BreakerOpen)
    assert whole.transport.tried == sent and state(whole) is State.OPEN

    await asyncio.sleep(6.5)
    ends = await asyncio.gather(*(whole.ask(subject={"id_number": f"{n}"}) for n in range(5)))
    kinds = [type(end) for end in ends]
    assert (kinds.count(Reply), kinds.count(BreakerOpen)) == (3, 2)
    await whole.asks(2, every=0.1)
    assert state(whole) is State.CLOSED


async def test_an_open_one_costs_no_attempt_and_no_token() -> None:
    whole = Whole(UNSENT)
    guard = whole.bureau.guard
    guard.circuit.force(State.OPEN, guard.kit.clock.now())
    end = await whole.ask()

    assert isinstance(end, BreakerOpen)
    assert (whole.transport.tried, whole.ledger.rows) == (0, [])
    assert whole.shared.tokens.level == 50


async def test_that_this_process_stood_still_is_no_failure_of_the_bureau() -> None:
    whole, loop = Whole(SLOW), asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.call_later(0.5, setattr, loop.idle, "time", loop.time() + 10.0)
    end = await whole.ask(within=2.0)
    assert isinstance(end, TimedOut)
    await whole.owned.settled()

    assert counted(whole) == (1, 0)


async def test_a_wait_that_ends_with_its_time_is_a_failure_at_once_and_only_once() -> None:
    whole = Whole(SLOW)
    end = await whole.ask()
    assert isinstance(end, TimedOut)
    assert counted(whole) == (1, 1)

    await whole.owned.settled()
    await asyncio.sleep(0.1)
    assert whole.ledger.outcomes() == ["HIT"]
    assert counted(whole) == (1, 1)


@pytest.mark.parametrize("effect", ["free", "chargeable"])
async def test_so_is_one_that_ends_at_the_deadline_or_hangs_would_never_open_it(
    effect: str,
) -> None:
    whole = Whole(HANGS, {"effect": effect, "timeout": {"attempt": "60s"}})
    await whole.asks(20, every=0.1, within=0.5)
    assert state(whole) is State.OPEN


async def test_a_caller_who_goes_says_nothing_and_what_is_paid_for_says_how_it_ended() -> None:
    for says, expected in ((Says(after=0.9), (1, 0)), (Says(after=0.9, fails=Lost), (1, 1))):
        whole = Whole(says)
        asking = asyncio.create_task(whole.ask())
        await asyncio.sleep(0.5)
        asking.cancel()
        await asyncio.wait({asking})
        await asyncio.sleep(0.1)
        assert counted(whole) == (0, 0)
        await whole.owned.settled()
        await asyncio.sleep(0.1)
        assert counted(whole) == expected


async def test_a_free_call_whose_caller_goes_says_nothing_ever() -> None:
    whole = Whole(Says(after=0.9, fails=Lost), {"effect": "free"})
    asking = asyncio.create_task(whole.ask())
    await asyncio.sleep(0.5)
    asking.cancel()
    await asyncio.wait({asking})
    await asyncio.sleep(2)

    assert counted(whole) == (0, 0)


async def test_who_waited_in_a_queue_of_ours_says_nothing_of_the_bureau() -> None:
    whole = Whole(Says(after=0.9), bureau={"limit": {"concurrency": 1}})
    first = asyncio.create_task(whole.ask())
    await asyncio.sleep(0.01)
    await whole.ask(within=0.3, subject={"id_number": "X2"})
    await first
    await asyncio.sleep(0.01)

    assert counted(whole) == (1, 0)


async def test_a_probe_that_settles_holds_its_place_among_the_few() -> None:
    whole = Whole(lambda number: UNSENT if number < 5 else Says(after=0.9), ONCE)
    await whole.asks(5, every=0.1)
    await asyncio.sleep(6.5)
    asking = [asyncio.create_task(whole.ask(subject={"id_number": f"{n}"})) for n in range(3)]
    await asyncio.sleep(0.1)
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)
    assert isinstance(await whole.ask(), BreakerOpen)

    await whole.owned.settled()
    await asyncio.sleep(0.1)
    assert isinstance(await whole.ask(), Reply)


async def test_a_free_probe_whose_caller_goes_makes_room_for_another() -> None:
    free = {**ONCE, "effect": "free"}
    whole = Whole(lambda number: UNSENT if number < 5 else Says(after=0.9), free)
    await whole.asks(5, every=0.1)
    await asyncio.sleep(6.5)
    for number in range(6):
        asking = asyncio.create_task(whole.ask(subject={"id_number": f"{number}"}))
        await asyncio.sleep(0.1)
        asking.cancel()
        await asyncio.wait({asking})

    assert whole.transport.tried == 11
    assert isinstance(await whole.ask(), Reply)


async def test_a_ledger_that_is_slow_to_say_what_was_used_is_no_fault_of_the_bureaus() -> None:
    quota = {"limit": {"quota": {"day": 5}}}
    whole = Whole(HIT, bureau=quota, history=Slow())
    end = await whole.ask(within=0.5)
    await asyncio.sleep(0.01)

    assert isinstance(end, NotSent) and counted(whole) == (0, 0)


async def test_a_ledger_that_fails_is_no_fault_of_the_bureaus() -> None:
    whole = Whole(Says(after=0.5))
    asking = asyncio.create_task(whole.ask())
    await asyncio.sleep(0.2)
    whole.ledger.down = True
    end = await asking

    assert isinstance(end, Lost) and counted(whole) == (0, 0)


async def test_too_little_time_is_none_either() -> None:
    whole = Whole(HIT)
    assert isinstance(await whole.ask(within=0.04), NoBudget)
    assert counted(whole) == (0, 0) and whole.ledger.rows == []


async def test_the_file_says_when_it_opens() -> None:
    rule = {"error_threshold": 0.2, "request_threshold": 5, "window": "20s", "sleep": "30s"}
    whole = Whole(lambda n: DOWN if n == 4 else HIT, ONCE, bureau={"breaker": rule})
    await whole.asks(5, every=2.0)

    assert state(whole) is State.OPEN
    await asyncio.sleep(20)
    assert isinstance(await whole.ask(), BreakerOpen)


async def test_a_retry_that_meets_it_open_ends_with_what_went_before_where_that_may_cost() -> None:
    """Else the inquiry would be told that nothing was sent."""
    unbilled = {"price": {"amount": "0.50", "currency": "EUR"}, "unbilled": ["LOST"]}
    whole = Whole(
        lambda number: Says(fails=Lost) if number else Says(fails=Lost, after=0.3),
        {"billing": unbilled},
        bureau={"breaker": {"request_threshold": 1}},
    )
    end = await whole.ask()

    assert isinstance(end, Lost) and whole.transport.tried == 1
    assert isinstance(await whole.ask(), BreakerOpen)


async def test_what_could_not_be_sent_and_then_may_not_is_told_as_such() -> None:
    whole = Whole(UNSENT, bureau={"breaker": {"request_threshold": 1}})

    assert isinstance(await whole.ask(), BreakerOpen | NotSent)
    assert whole.transport.tried == 1
