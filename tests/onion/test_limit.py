"""Places, turns and quotas, on the whole of a connector."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.bureau import BureauSpec
from connectors.contract import Reply
from connectors.errors import BulkheadFull, LedgerDown, QuotaExceeded, QuotaSpent, TimedOut
from connectors.kit import Unrecorded

from .whole import HANGS, HIT, UNSENT, Says, Whole

ONCE = {"retry": {"max_attempts": 1}}
SECOND = Says(after=1.0)


def limited(**limit: Any) -> dict[str, Any]:
    """Limit a bureau whose breaker is out of the way."""
    return {"limit": limit, "breaker": {"request_threshold": 1000}}


def kinds(ends: list[Any]) -> Counter[type]:
    return Counter(type(end) for end in ends)


async def test_a_paid_call_that_is_listened_for_keeps_its_place() -> None:
    """c2: else a bureau that hangs would be asked without end."""
    whole = Whole(Says(after=10.0), bureau=limited(concurrency=4))
    ends = await whole.asks(4, every=0.01)
    assert kinds(ends) == {TimedOut: 4}
    assert whole.transport.now == 4

    ends = await whole.asks(4, every=0.01, within=0.5)
    assert kinds(ends) == {BulkheadFull: 4}
    await whole.owned.settled()
    assert (whole.transport.most, len(whole.transport.sent)) == (4, 4)
    assert isinstance(await whole.ask(within=30), TimedOut)


async def test_a_free_call_that_nobody_waits_for_leaves_its_place_at_once() -> None:
    whole = Whole(HANGS, {**ONCE, "effect": "free"}, bureau=limited(concurrency=4))
    await whole.asks(4, every=0.01)
    await asyncio.sleep(0.01)
    assert whole.shared.limited.bulkhead.inside == 0


async def test_who_waits_is_let_in_the_newest_first_and_no_more_than_half() -> None:
    whole = Whole(SECOND, {"timeout": {"attempt": "5s"}}, bureau=limited(concurrency=4))
    ends = await whole.asks(8, every=0.1, within=5)

    assert [type(end) for end in ends] == [Reply] * 6 + [BulkheadFull] * 2
    assert whole.transport.bodies[4:] == [b'{"id":"X6"}', b'{"id":"X5"}']


async def test_for_whom_it_is_too_late_nothing_is_sent() -> None:
    whole = Whole(SECOND, {"timeout": {"attempt": "5s"}}, bureau=limited(concurrency=1))
    first = asyncio.create_task(whole.ask())
    await asyncio.sleep(0.1)
    end = await whole.ask(within=0.6, subject={"id_number": "X2"})

    # Before its deadline, and so that its caller hears that nothing was sent.
    assert isinstance(end, BulkheadFull)
    assert isinstance(await first, Reply)
    assert len(whole.transport.sent) == 1 and len(whole.ledger.intents()) == 1


async def test_a_cancel_in_the_queue_leaves_no_place_taken() -> None:
    whole = Whole(SECOND, {"timeout": {"attempt": "5s"}}, bureau=limited(concurrency=1))
    first = asyncio.create_task(whole.ask())
    await asyncio.sleep(0.1)
    for offset in (0.5, 0.9):
        waiting = asyncio.create_task(whole.ask(subject={"id_number": f"{offset}"}))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait({waiting})
    await first
    await asyncio.sleep(0.1)

    bulkhead = whole.shared.limited.bulkhead
    assert (bulkhead.inside, bulkhead.room.inside, bulkhead.waiting) == (0, 0, [])


async def test_who_goes_while_it_waits_for_a_turn_of_the_rate_leaves_it_to_the_next() -> None:
    whole = Whole(HIT, bureau=limited(rate="1/s"))
    waiting = [
        asyncio.create_task(whole.ask(subject={"id_number": f"X{n}", "name": "ann"}))
        for n in range(10)
    ]
    await asyncio.sleep(0.3)
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
    assert len(whole.transport.sent) == 1

    assert isinstance(await whole.ask(within=5, subject={"id_number": "Q", "name": "ann"}), Reply)
    assert whole.transport.sent == pytest.approx([0, 1], abs=0.1)


async def test_whose_turn_of_the_rate_would_come_too_late_is_told_so_at_once() -> None:
    whole = Whole(HIT, bureau=limited(rate="1/s"))
    ends = await whole.asks(8, every=0.01, within=4.5)

    assert kinds(ends) == {Reply: 5, BulkheadFull: 3}
    assert whole.transport.sent == pytest.approx([0, 1, 2, 3, 4], abs=0.1)


async def test_trouble_makes_the_bulkhead_smaller_and_answers_make_it_larger_again() -> None:
    def act(number: int) -> Says:
        return HANGS if number < 10 else HIT

    whole = Whole(act, {**ONCE, "effect": "free"}, bureau=limited(concurrency=10))
    await whole.asks(10, every=0.0)
    assert whole.shared.limited.bulkhead.limit.places == 9
    await whole.asks(9, every=0.1)
    assert whole.shared.limited.bulkhead.limit.places == 10


@pytest.mark.parametrize("status", [429, 500])
async def test_being_turned_away_is_trouble_and_breaking_down_is_not(status: int) -> None:
    whole = Whole(Says(b"", status), ONCE, bureau=limited(concurrency=10))
    await whole.ask()
    assert whole.shared.limited.bulkhead.limit.places == (9 if status == 429 else 10)


async def test_a_deadline_that_comes_first_is_trouble_as_well() -> None:
    whole = Whole(HANGS, {"effect": "free"}, bureau=limited(concurrency=10))
    await whole.ask(within=0.5)
    await asyncio.sleep(0.01)
    assert whole.shared.limited.bulkhead.limit.places == 9


async def test_one_connector_in_trouble_leaves_its_neighbours_their_places() -> None:
    specs: list[dict[str, Any]] = [
        {**ONCE, "effect": "free"},
        {"name": "other", "effect": "free"},
    ]
    whole = Whole(HANGS, *specs, bureau=limited(concurrency=10))
    for _ in range(20):
        await whole.ask(within=5, subject={"id_number": f"{_}"})
    first, other = (each.limited.bulkhead.limit.places for each in whole.bureau.shared)
    assert (first, other) == (2, 10)


@dataclass
class Book(Unrecorded):
    """A ledger that knows of earlier attempts."""

    known: int = 0
    down: bool = False

    async def attempts(self, _connectors: frozenset[str], _: datetime, __: datetime) -> int:
        if self.down:
            raise LedgerDown
        return self.known


async def test_a_quota_ends_at_what_the_contract_says_and_begins_again() -> None:
    whole = Whole(HIT, bureau=limited(quota={"day": 5}), history=Book(known=2))
    ends = await whole.asks(5, every=0.1)
    assert kinds(ends) == {Reply: 3, QuotaSpent: 2}
    assert len(whole.ledger.intents()) == 3

    await asyncio.sleep(86_400)
    assert isinstance(await whole.ask(), Reply)


async def test_while_nobody_knows_what_was_used_nothing_is_asked() -> None:
    book = Book(down=True)
    whole = Whole(HIT, bureau=limited(quota={"day": 5}), history=book)
    assert isinstance(await whole.ask(), LedgerDown)
    assert whole.transport.tried == 0

    book.down = False
    assert isinstance(await whole.ask(), Reply)


async def test_what_was_never_sent_uses_nothing_up() -> None:
    whole = Whole(lambda n: UNSENT if n < 2 else HIT, bureau=limited(quota={"day": 2}))
    ends = [await whole.ask(subject={"id_number": f"{n}"}) for n in range(3)]
    assert kinds(ends) == {Reply: 2, QuotaSpent: 1}
    assert len(whole.ledger.intents()) == 4


async def test_an_attempt_whose_caller_went_is_used_up() -> None:
    whole = Whole(HANGS, bureau=limited(quota={"day": 1}))
    await whole.ask(within=0.5)
    assert isinstance(await whole.ask(subject={"id_number": "X2"}), QuotaSpent)


async def test_the_bureaus_own_word_is_taken_for_the_rest_of_its_day() -> None:
    whole = Whole(Says(b'{"code": "4"}'), bureau=limited(quota={"day": 100}))
    ends = [await whole.ask() for _ in range(3)]
    assert kinds(ends) == {QuotaExceeded: 1, QuotaSpent: 2}
    assert len(whole.transport.sent) == 1

    await asyncio.sleep(86_400)
    assert isinstance(await whole.ask(), QuotaExceeded)


def test_a_quota_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError):
        BureauSpec.model_validate({"name": "acme", "limit": {"quota": {"day": 0}}})
