"""What each layer adds, where the onion as a whole does not show it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from connectors.errors import (
    BrokeDown,
    BulkheadFull,
    ConnectorError,
    InvalidInput,
    LedgerDown,
    Lost,
    NoBudget,
    NotSent,
    RateLimited,
    TimedOut,
    Unreadable,
    WrongSubject,
)
from connectors.policy.limit.limit import Limit
from connectors.policy.retry.terms import Terms
from connectors.words import Billed, Effect, Outcome, ServedFrom

from .conftest import House
from .fakes import ANSWER, HANG, UNSENT, Act, query

LIMITED = Act(answer_after=0.01, fails=RateLimited, wait=1.5)


async def test_nothing_is_sent_that_can_not_be_written_down(house: House) -> None:
    house.ledger.down = True
    ask = house.connector(ANSWER)
    with pytest.raises(LedgerDown):
        await ask(query())

    assert house.bureau.sent == 0


async def test_an_answer_that_can_not_be_written_down_is_an_unknown_one(house: House) -> None:
    """UNAVAILABLE would invite a retry that buys again."""
    ask = house.connector(Act(answer_after=1))
    task = asyncio.create_task(ask(query()))
    await asyncio.sleep(0.5)
    house.ledger.down = True
    with pytest.raises(Lost) as lost:
        await task
    house.ledger.rows.clear()

    assert lost.value.call_id
    assert house.bureau.sent == 1


async def test_a_failure_names_its_call(house: House) -> None:
    ask = house.connector(HANG)
    with pytest.raises(TimedOut) as late:
        await ask(query(within=2))

    assert late.value.call_id == house.ledger.rows[0].call_id


async def test_no_attempt_is_begun_that_can_not_be_answered_in_time(house: House) -> None:
    ask = house.connector(ANSWER)
    with pytest.raises(NoBudget):
        await ask(query(within=0.04))

    assert house.ledger.rows == []


async def test_the_pause_that_a_bureau_asks_for_is_kept(house: House) -> None:
    ask = house.connector(LIMITED, ANSWER)
    begun = asyncio.get_running_loop().time()
    await ask(query())

    assert asyncio.get_running_loop().time() - begun == pytest.approx(1.52, abs=0.02)
    assert house.ledger.outcomes() == ["RATE_LIMITED", "HIT"]


async def test_a_pause_past_the_deadline_is_not_taken(house: House) -> None:
    ask = house.connector(LIMITED)
    with pytest.raises(RateLimited):
        await ask(query(within=1))

    assert house.ledger.intents() == [1]


async def test_three_attempts_share_one_reference_and_no_call_id(house: House) -> None:
    ask = house.connector(UNSENT)
    with pytest.raises(NotSent):
        await ask(query())

    calls = [row.call_id for row in house.ledger.rows if row.what == "intent"]
    assert len(calls) == len(set(calls)) == 3


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (NotSent, True),
        (RateLimited, True),
        (Lost, False),
        (TimedOut, False),
        (BrokeDown, False),
        (Unreadable, False),
        (WrongSubject, False),
        (InvalidInput, False),
        (BulkheadFull, False),
    ],
)
def test_only_what_can_not_have_been_billed_is_repeated(
    error: type[ConnectorError], repeated: bool
) -> None:
    assert Terms(Effect.CHARGEABLE).safe(error("acme")) is repeated


@pytest.mark.parametrize("error", [Lost, TimedOut, BrokeDown, Unreadable])
def test_what_costs_nothing_is_repeated_when_it_was_lost(error: type[ConnectorError]) -> None:
    assert Terms(Effect.FREE).safe(error("acme"))


def test_what_a_bureau_declares_unbilled_is_repeated() -> None:
    terms = Terms(Effect.CHARGEABLE, unbilled=frozenset({Outcome.BUREAU_ERROR}))

    assert terms.safe(BrokeDown("acme"))
    assert not terms.safe(Lost("acme"))


@pytest.mark.parametrize("error", [RateLimited, BrokeDown, Unreadable])
def test_what_the_bureau_says_that_it_charged_for_is_never_asked_again(
    error: type[ConnectorError],
) -> None:
    """Its own word wins over what was agreed to be unbilled."""
    charged = error("acme")
    charged.billed = Billed.YES
    unbilled = frozenset({Outcome.BUREAU_ERROR, Outcome.BAD_RESPONSE})
    terms = Terms(Effect.CHARGEABLE, unbilled=unbilled)

    assert terms.safe(error("acme"))
    assert not terms.safe(charged)


async def test_so_many_at_once_and_half_as_many_who_wait(house: House) -> None:
    ask = house.connector(
        *(Act(answer_after=1) for _ in range(7)), limit=Limit(concurrency=4), timeout=50
    )
    results = await asyncio.gather(
        *(ask(query(name=str(n))) for n in range(7)), return_exceptions=True
    )

    assert [type(result) for result in results].count(BulkheadFull) == 1
    assert house.bureau.sent == 6


async def test_a_rate_is_kept_by_waiting(house: House) -> None:
    limit = Limit.model_validate({"rate": "2/s", "concurrency": 50})
    ask = house.connector(*(ANSWER for _ in range(6)), limit=limit)
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(ask(query(name=str(n))) for n in range(6)))

    assert asyncio.get_running_loop().time() - begun == pytest.approx(2.0, abs=0.1)


async def test_who_would_wait_past_its_deadline_is_turned_away(house: House) -> None:
    limit = Limit.model_validate({"rate": "1/s", "concurrency": 50})
    ask = house.connector(*(ANSWER for _ in range(9)), limit=limit)
    results = await asyncio.gather(
        *(ask(query(name=str(n), within=3)) for n in range(9)), return_exceptions=True
    )

    assert 1 <= sum(isinstance(result, BulkheadFull) for result in results) <= 6


async def test_each_query_is_observed_once_with_its_end(house: House) -> None:
    ask = house.connector(UNSENT, ANSWER)
    await ask(query())
    await ask(query())

    assert house.observer.told == [
        (Outcome.HIT, ServedFrom.LIVE),
        (Outcome.HIT, ServedFrom.CACHE),
    ]


async def test_a_failure_of_a_free_call_is_never_billed(house: House) -> None:
    ask = house.connector(HANG, free=True, timeout=100)
    with pytest.raises(TimedOut) as late:
        await ask(query(within=2))
    await asyncio.sleep(1)

    assert late.value.billed is Billed.NO


async def test_what_may_have_been_billed_counts_as_spent_until_somebody_knows_better(
    house: House,
) -> None:
    ask = house.connector(HANG)
    with pytest.raises(TimedOut) as late:
        await ask(query(within=2))

    assert (late.value.billed, late.value.cost) == (Billed.UNKNOWN, Decimal("0.35"))


async def test_what_was_never_sent_costs_nothing(house: House) -> None:
    ask = house.connector(UNSENT)
    with pytest.raises(NotSent) as unsent:
        await ask(query())

    assert (unsent.value.billed, unsent.value.cost) == (Billed.NO, Decimal(0))
