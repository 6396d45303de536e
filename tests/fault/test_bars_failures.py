"""
What becomes of inquiries while their bureau fails: three bars of spec 5, as figures.

The short form is one seed of three thousand inquiries; `make fault` plays more of them.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar

import pytest

from connectors.contract import Reply
from connectors.errors import BrokeDown, Lost
from connectors.words import Billed, Outcome
from tests.bars import record
from tests.counts import count, seed
from tests.onion.whole import DOWN, HIT, UNSENT, Says, Whole
from tests.virtual import VirtualLoop

INQUIRIES = 3000
FIRST = seed(1)
SEEDS = range(FIRST, FIRST + count(1, 11))
EVERY = 0.02
FREE: dict[str, Any] = {"effect": "free"}
T = TypeVar("T")


def played(playing: Coroutine[Any, Any, T]) -> T:
    """Run to the end on time that passes only when nothing else is left to do."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(playing)


@pytest.mark.parametrize("number", SEEDS)
def test_a_free_bureau_that_fails_three_times_in_ten_is_hardly_noticed(number: int) -> None:
    async def play() -> tuple[float, float]:
        chance = Random(number)
        whole = Whole(lambda _: DOWN if chance.random() < 0.3 else HIT, FREE, seed=number)
        ends = await whole.asks(INQUIRIES, EVERY)
        succeeded = sum(isinstance(end, Reply) for end in ends)
        return succeeded / INQUIRIES, whole.transport.tried / INQUIRIES

    succeeded, calls = played(play())
    found = f"{succeeded:.2%} succeed, {calls:.3f} calls each, SEED={number}"
    record("retry", found)
    assert succeeded >= 0.96 and calls <= 1.45


@pytest.mark.parametrize("number", SEEDS)
def test_what_may_have_been_billed_is_never_asked_again_and_all_of_it_is_on_record(
    number: int,
) -> None:
    ambiguous = (Says(fails=Lost), Says(b"", 500), Says(b"<html/>", 504))
    says = list[Says]()

    async def play() -> tuple[Whole, list[Any]]:
        chance = Random(number)

        def act(_: int) -> Says:
            says.append(chance.choice(ambiguous) if chance.random() < 0.3 else HIT)
            return says[-1]

        whole = Whole(act, {"effect": "chargeable"}, seed=number)
        ends = await whole.asks(INQUIRIES, EVERY)
        await whole.owned.settled()
        return whole, ends

    whole, ends = played(play())
    calls, lost = len(whole.transport.sent) / INQUIRIES, [e for e in ends if isinstance(e, Lost)]
    succeeded = sum(isinstance(end, Reply) for end in ends)
    unknown = [each for each in whole.ledger.endings if each.billed is Billed.UNKNOWN]
    found = f"{calls:.2f} calls each, {succeeded / INQUIRIES:.1%} succeed, "
    found += f"{len(unknown)} of {len(lost)} lost ones unknown in the ledger, SEED={number}"
    record("ambiguous", found)

    assert len(whole.transport.sent) == INQUIRIES == len(whole.ledger.intents())
    assert (succeeded, len(lost)) == (says.count(HIT), INQUIRIES - says.count(HIT))
    assert {each.outcome for each in unknown} == {Outcome.LOST, Outcome.BUREAU_ERROR}
    assert len(unknown) == len(lost) and all(end.billed is Billed.UNKNOWN for end in lost)


WARM, OUTAGE = 20.0, 70.0
NEVER = {"breaker": {"request_threshold": 1_000_000}}


@pytest.mark.parametrize(
    ("says", "bureau", "rate"),
    [(DOWN, {}, 5), (DOWN, {}, 20), (UNSENT, {}, 5), (UNSENT, {}, 20), (DOWN, NEVER, 5)],
    ids=["broken", "broken, many", "unreachable", "unreachable, many", "tokens alone"],
)
def test_an_outage_is_not_multiplied(says: Says, bureau: dict[str, Any], rate: int) -> None:
    async def play() -> tuple[list[float], float]:
        clock = asyncio.get_running_loop().time
        begins = clock() + WARM

        def act(_: int) -> Says:
            tries.append(clock())
            return says if clock() >= begins else HIT

        tries: list[float] = []
        whole = Whole(act, FREE, bureau=bureau)
        ends = await whole.asks(int((WARM + OUTAGE) * rate), 1 / rate)
        assert any(isinstance(end, BrokeDown) for end in ends) or says is UNSENT
        return [at for at in tries if at >= begins], begins

    tries, begins = played(play())
    ten = max(between(tries, at, at + 10) for at in tries) / (10 * rate)
    minute = between(tries, begins, begins + 60) / (60 * rate)
    later = between(tries, begins + 10, begins + 70) / (60 * rate)
    how = "tokens alone" if bureau else "breaker"
    found = f"{ten:.2f}x in any 10 s, {minute:.3f}x over the first minute, {later:.3f}x later"
    record("outage", f"{rate}/s, {how}: {found}")

    assert ten <= 1.2 and minute <= 1.05
    assert later <= (1.05 if bureau else 0.2)


def between(tries: list[float], since: float, until: float) -> int:
    moment = 1e-6
    return bisect_left(tries, until - moment) - bisect_left(tries, since - moment)
