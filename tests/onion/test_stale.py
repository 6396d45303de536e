"""What stands in for an answer that can not be had: marked, bounded, with the failed one's bill."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from connectors.contract import Call, FieldNote
from connectors.errors import (
    BreakerOpen,
    BrokeDown,
    BulkheadFull,
    ConnectorError,
    LedgerDown,
    Lost,
    NotCached,
    NotSent,
    Refused,
    TimedOut,
    Unreadable,
    WrongSubject,
)
from connectors.words import Billed, FieldStatus, Outcome, ReuseMode, ServedFrom
from tests.one_connector import connector
from tests.virtual import WallClock

from .conftest import House
from .fakes import ANSWER, HANG, REPLY, Act, query, standing

DAY = 86400.0
HOUR = 3600.0
ONLY_CACHE = ReuseMode.ONLY_CACHE
STALE = {"ttl": "24h", "stale_if_error": "1h"}


def failing(kind: type[Exception]) -> Act:
    return Act(answer_after=0.01, fails=kind)


async def known_then(house: House, *acts: Act, age: float = DAY + 60) -> Call:
    """Ask once, and let the answer grow old."""
    ask = house.connector(ANSWER, *acts, reuse=STALE)
    await ask(query())
    await asyncio.sleep(age)
    return ask


@pytest.mark.parametrize(
    ("kind", "billed", "cost"),
    [
        (BrokeDown, Billed.UNKNOWN, "0.35"),
        (Lost, Billed.UNKNOWN, "0.35"),
        (NotSent, Billed.NO, "0"),
        (BreakerOpen, Billed.NO, "0"),
        (BulkheadFull, Billed.NO, "0"),
    ],
)
async def test_an_old_answer_stands_in_for_a_failure_and_does_not_hide_its_bill(
    house: House, kind: type[ConnectorError], billed: Billed, cost: str
) -> None:
    ask = await known_then(house, failing(kind))
    reply = await ask(query())

    assert (reply.outcome, reply.user_info) == (Outcome.HIT, REPLY.user_info)
    assert reply.served_from is ServedFrom.STALE
    assert (reply.billed, reply.cost) == (billed, Decimal(cost))
    assert house.observer.told[-1] == (Outcome.HIT, ServedFrom.STALE)


async def test_it_names_the_call_that_failed_beside_the_one_that_answered(house: House) -> None:
    ask = await known_then(house, failing(Lost))
    reply = await ask(query())

    assert house.ledger.rows[-1].outcome == Outcome.LOST
    assert reply.failed_call == house.ledger.rows[-1].call_id != ""
    assert reply.call_id == REPLY.call_id


async def test_it_stands_in_for_an_answer_that_does_not_come_in_time(house: House) -> None:
    """And the call runs on: what comes late is kept, and given from then on."""
    ask = await known_then(house, Act(answer_after=20, reply=replace(REPLY, user_info=b"new")))
    reply = await ask(query(within=2))
    assert (reply.served_from, reply.billed) == (ServedFrom.STALE, Billed.UNKNOWN)

    await asyncio.sleep(30)
    again = await ask(query())
    assert (again.served_from, again.user_info) == (ServedFrom.CACHE, b"new")


async def test_who_joined_the_call_that_failed_does_not_pay_for_it(house: House) -> None:
    ask = await known_then(house, Act(answer_after=1, fails=Lost))
    replies = await asyncio.gather(*(ask(query()) for _ in range(3)))

    assert {reply.served_from for reply in replies} == {ServedFrom.STALE}
    assert {reply.billed for reply in replies} == {Billed.UNKNOWN}
    assert sum(reply.cost for reply in replies) == Decimal("0.35")


@pytest.mark.parametrize("kind", [Refused, Unreadable, WrongSubject])
async def test_what_the_bureau_says_of_the_question_is_not_papered_over(
    house: House, kind: type[ConnectorError]
) -> None:
    ask = await known_then(house, failing(kind))
    with pytest.raises(kind):
        await ask(query())


async def test_nor_a_ledger_that_is_down(house: House) -> None:
    ask = await known_then(house, ANSWER)
    house.ledger.down = True
    with pytest.raises(LedgerDown):
        await ask(query())


async def test_nor_is_it_given_to_whoever_wants_it_anew(house: House) -> None:
    ask = await known_then(house, failing(NotSent))
    with pytest.raises(NotSent):
        await ask(query(stands=standing(reuse=ReuseMode.BYPASS)))
    with pytest.raises(NotCached):
        await ask(query(stands=standing(reuse=ONLY_CACHE)))


async def test_it_is_given_for_so_long_and_no_longer(house: House) -> None:
    ask = await known_then(house, failing(NotSent), age=DAY + HOUR + 1)
    with pytest.raises(NotSent):
        await ask(query())


@pytest.mark.parametrize("ahead", [-DAY, DAY])
async def test_a_wall_clock_that_is_put_wrong_does_not_unmark_it(
    house: House, ahead: float
) -> None:
    clock = house.clock = WallClock()
    ask = await known_then(house, failing(NotSent))
    clock.ahead = timedelta(seconds=ahead)

    assert (await ask(query())).served_from is ServedFrom.STALE


async def test_and_never_past_the_consent_it_was_got_on(house: House) -> None:
    """Whatever the consent of whoever asks later."""
    ask = house.connector(ANSWER, failing(NotSent), reuse=STALE)
    await ask(query(stands=standing(consent_days=1 + 60 / DAY)))
    await asyncio.sleep(DAY + 30)
    assert (await ask(query())).served_from is ServedFrom.STALE

    await asyncio.sleep(31)
    # Its attempts have opened the breaker by now: either way nothing is given.
    with pytest.raises((NotSent, BreakerOpen)):
        await ask(query())


@pytest.mark.parametrize("age", [60, DAY + 60])
async def test_nor_to_one_whose_own_consent_has_ended(house: House, age: float) -> None:
    ask = await known_then(house, failing(NotSent), age=age)
    with pytest.raises(NotSent):
        await ask(query(stands=standing(consent_days=-1 / DAY)))


async def test_it_stays_old_and_is_asked_for_again(house: House) -> None:
    ask = await known_then(house, failing(Lost), ANSWER)
    await ask(query())

    assert (await ask(query())).served_from is ServedFrom.LIVE


async def test_nothing_stands_in_where_nothing_is_said(house: House) -> None:
    ask = house.connector(ANSWER, failing(NotSent))
    await ask(query())
    await asyncio.sleep(60)
    with pytest.raises(NotSent):
        await ask(query(stands=standing(max_age=30)))


def test_a_hard_inquiry_is_never_answered_with_an_old_answer() -> None:
    with pytest.raises(ValidationError, match="stale_if_error"):
        connector(effect="hard_inquiry", cache=STALE)


NOTED = replace(
    REPLY,
    meta={"a": FieldNote(FieldStatus.PRESENT), "b": FieldNote(FieldStatus.NULL_VALUE)},
)


async def test_who_buys_nothing_gets_what_is_older_than_asked_and_is_told(house: House) -> None:
    ask = house.connector(replace(ANSWER, reply=NOTED))
    await ask(query())
    await asyncio.sleep(100)
    reply = await ask(query(stands=standing(reuse=ONLY_CACHE, max_age=50)))

    assert (reply.served_from, reply.cost) == (ServedFrom.CACHE, Decimal(0))
    statuses = {path: note.status for path, note in reply.meta.items()}
    assert statuses == {"a": FieldStatus.OUTSIDE_MAX_AGE, "b": FieldStatus.NULL_VALUE}
    young = await ask(query(stands=standing(reuse=ONLY_CACHE, max_age=200)))
    assert young.meta == NOTED.meta


async def test_what_is_past_its_time_is_not_given_to_who_buys_nothing(house: House) -> None:
    ask = house.connector(ANSWER)
    await ask(query())
    await asyncio.sleep(DAY)
    with pytest.raises(NotCached):
        await ask(query(stands=standing(reuse=ONLY_CACHE, max_age=50)))


async def test_an_old_answer_that_is_older_than_asked_says_both(house: House) -> None:
    ask = house.connector(replace(ANSWER, reply=NOTED), failing(TimedOut), reuse=STALE)
    await ask(query())
    await asyncio.sleep(100)
    reply = await ask(query(stands=standing(max_age=50)))

    assert reply.served_from is ServedFrom.STALE
    assert reply.meta["a"].status is FieldStatus.OUTSIDE_MAX_AGE


async def test_an_old_answer_does_not_outlive_a_newer_one_that_is_not_kept(house: House) -> None:
    unknown = replace(REPLY, outcome=Outcome.NO_HIT, user_info=b"")
    never = {**STALE, "negative_ttl": {"NO_HIT": "0s"}}
    ask = house.connector(ANSWER, replace(ANSWER, reply=unknown), failing(NotSent), reuse=never)
    await ask(query())
    await asyncio.sleep(DAY + 60)
    assert (await ask(query())).outcome is Outcome.NO_HIT
    with pytest.raises(NotSent):
        await ask(query())


async def test_a_hang_is_a_failure_too(house: House) -> None:
    ask = await known_then(house, HANG)

    assert (await ask(query())).served_from is ServedFrom.STALE
    await house.owned.settled()
