"""What may be given again, to whom, and for how long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from connectors.contract import Query, Reply
from connectors.errors import Lost, NotCached, NotSent
from connectors.policy.reuse.cache_key import compile_names
from connectors.policy.reuse.reuse import Reuse
from connectors.words import Billed, Outcome, ReuseMode, ServedFrom
from tests.virtual import WallClock

from .conftest import House
from .fakes import ANSWER, REPLY, Act, query, standing

DAY = 86400.0


async def test_a_second_asking_costs_nothing_and_says_where_it_comes_from(house: House) -> None:
    ask = house.connector(ANSWER)
    first, second = await ask(query()), await ask(query())

    assert (first.served_from, first.cost) == (ServedFrom.LIVE, Decimal("0.35"))
    assert (second.served_from, second.cost, second.billed) == (
        ServedFrom.CACHE,
        Decimal(0),
        Billed.NO,
    )
    assert second.call_id == first.call_id


async def test_who_shares_a_flight_pays_nothing_for_it(house: House) -> None:
    ask = house.connector(Act(answer_after=1))
    replies = await asyncio.gather(*(ask(query()) for _ in range(3)))

    served = sorted(reply.served_from for reply in replies)
    assert served == [ServedFrom.LIVE, ServedFrom.SHARED, ServedFrom.SHARED]
    assert sum(reply.cost for reply in replies) == Decimal("0.35")


@pytest.mark.parametrize("within", [2.0, 10.0])
async def test_nor_for_its_failure_which_may_still_have_been_billed(
    house: House, within: float
) -> None:
    ask = house.connector(Act(answer_after=5, fails=Lost))
    asked = [ask(query(within)), ask(query(within))]
    errors = await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(error, Lost) and error.billed is Billed.UNKNOWN for error in errors)
    costs = [error.cost for error in errors if isinstance(error, Lost)]
    assert sorted(costs) == [0, Decimal("0.35")]


async def test_an_answer_is_forgotten_after_its_time(house: House) -> None:
    ask = house.connector(ANSWER, ANSWER)
    await ask(query())
    await asyncio.sleep(DAY + 1)
    await ask(query())

    assert house.bureau.sent == 2


async def test_an_answer_with_a_broken_section_is_not_given_again(house: House) -> None:
    """Half an answer would stand for the whole one."""
    ask = house.connector(Act(reply=replace(REPLY, whole=False)), ANSWER)
    first, second = await ask(query()), await ask(query())

    assert (first.whole, second.whole, second.served_from) == (False, True, ServedFrom.LIVE)


@pytest.mark.parametrize("ahead", [-DAY, -3600, 3600, 2 * DAY])
async def test_a_wall_clock_that_is_put_wrong_makes_no_answer_older_and_none_young_again(
    house: House, ahead: float
) -> None:
    clock = house.clock = WallClock()
    ask = house.connector(ANSWER, ANSWER, ANSWER)
    stands = standing(max_age=1800)
    await ask(query())
    clock.ahead = timedelta(seconds=ahead)
    assert (await ask(query(stands=stands))).served_from is ServedFrom.CACHE

    await asyncio.sleep(1801)
    assert (await ask(query())).served_from is ServedFrom.CACHE
    assert (await ask(query(stands=stands))).served_from is ServedFrom.LIVE
    await asyncio.sleep(DAY)
    assert (await ask(query())).served_from is ServedFrom.LIVE


async def test_the_end_of_the_consent_it_was_got_on_is_told_by_the_wall_clock(
    house: House,
) -> None:
    """One that was behind when the answer came gives it no longer life."""
    clock = house.clock = WallClock()
    ask = house.connector(ANSWER, ANSWER)
    await ask(query(stands=standing(consent_days=0.1)))
    clock.ahead = timedelta(days=0.1)

    assert (await ask(query())).served_from is ServedFrom.LIVE


async def test_a_consent_that_ends_takes_the_cached_answer_with_it(house: House) -> None:
    ask = house.connector(ANSWER, ANSWER)
    await ask(query(stands=standing(consent_days=0.5)))
    await asyncio.sleep(DAY * 0.6)
    await ask(query())

    assert house.bureau.sent == 2


async def test_what_is_older_than_the_caller_takes_is_asked_anew(house: House) -> None:
    old = Act(answer_after=0.01, reply=REPLY)
    ask = house.connector(old, old)
    await ask(query())
    await asyncio.sleep(100)

    assert (await ask(query(stands=standing(max_age=1000)))).served_from is ServedFrom.CACHE
    assert (await ask(query(stands=standing(max_age=50)))).served_from is ServedFrom.LIVE


async def test_bypass_flies_alone_and_leaves_its_answer_behind(house: House) -> None:
    ask = house.connector(Act(answer_after=1), Act(answer_after=1))
    bypass = standing(reuse=ReuseMode.BYPASS)
    await asyncio.gather(ask(query()), ask(query(stands=bypass)))
    assert house.bureau.sent == 2

    assert (await ask(query())).served_from is ServedFrom.CACHE


async def test_only_cache_never_buys_and_never_joins(house: House) -> None:
    ask = house.connector(Act(answer_after=1))
    only_cache = standing(reuse=ReuseMode.ONLY_CACHE)
    flying = asyncio.create_task(ask(query()))
    await asyncio.sleep(0.5)
    with pytest.raises(NotCached):
        await ask(query(stands=only_cache))
    await flying

    assert (await ask(query(stands=only_cache))).served_from is ServedFrom.CACHE
    assert house.bureau.sent == 1


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (Outcome.HIT, DAY),
        (Outcome.MISMATCH, DAY),
        (Outcome.NO_HIT, 900),
        (Outcome.NO_SCORE, 900),
        (Outcome.BLOCKED, 900),
        (Outcome.PENDING, 0),
        (Outcome.NEED_MORE, 0),
    ],
)
def test_only_what_a_bureau_knows_is_kept(outcome: Outcome, seconds: float) -> None:
    """A negative answer is kept 15 minutes at most where nothing else is said."""
    assert Reuse.model_validate({"ttl": "24h"}).seconds(outcome) == seconds


async def test_pending_is_asked_again(house: House) -> None:
    pending = Act(answer_after=0.01, reply=replace(REPLY, outcome=Outcome.PENDING))
    ask = house.connector(pending, pending)
    await ask(query())
    await ask(query())

    assert house.bureau.sent == 2


async def test_answers_of_one_moment_do_not_end_in_one(house: House) -> None:
    """Each life is shortened by up to a tenth, and none is lengthened."""
    ask = house.connector(ANSWER)
    for number in range(100):
        await ask(query(name=str(number)))
    lives = [kept.fresh_until - kept.since for kept in house.cache.kept.values()]

    assert 0.9 * DAY <= min(lives) < 0.92 * DAY
    assert 0.98 * DAY < max(lives) <= DAY


async def test_an_answer_is_found_by_the_name_that_an_earlier_key_gave_it(house: House) -> None:
    kit = house.kit()
    before, after = (replace(kit, answer_keys=keys) for keys in ((b"old",), (b"new", b"old")))
    built = [
        Reuse.model_validate({"ttl": "24h"}).build(
            each, compile_names(each.naming, ("acme@1",), ("subject.name",)), house.owned
        )(house.bureau)
        for each in (before, after)
    ]
    house.bureau.acts = [ANSWER]
    replies = [await ask(query()) for ask in built]

    assert [reply.served_from for reply in replies] == [ServedFrom.LIVE, ServedFrom.CACHE]


@dataclass
class Hasty:
    """Gives up at once where there is little time, and says so later."""

    asked: int = 0
    answers: bool = True

    async def __call__(self, query: Query) -> Reply:
        self.asked += 1
        left = query.deadline() - asyncio.get_running_loop().time()
        await asyncio.sleep(0.2)
        if left < 1 or not self.answers:
            raise NotSent("acme")
        return REPLY


@pytest.mark.parametrize(("answers", "asked"), [(True, 2), (False, 2)])
async def test_whoever_has_time_tries_once_more_where_the_leaders_was_too_short(
    house: House, answers: bool, asked: int
) -> None:
    hasty = Hasty(answers=answers)
    rule = Reuse.model_validate({"ttl": "24h"})
    ask = rule.build(house.kit(), lambda query: (str(query.subject["name"]),), house.owned)(hasty)
    leader = asyncio.create_task(ask(query(within=0.5)))
    await asyncio.sleep(0.1)
    waiters = [asyncio.create_task(ask(query(within=9))) for _ in range(5)]
    ended = await asyncio.gather(leader, *waiters, return_exceptions=True)

    assert hasty.asked == asked
    assert [isinstance(end, Reply) for end in ended] == [False, *[answers] * 5]


def test_a_failure_has_no_ttl() -> None:
    with pytest.raises(ValidationError, match="negative ttl"):
        Reuse.model_validate({"negative_ttl": {"BAD_RESPONSE": "1h"}})
