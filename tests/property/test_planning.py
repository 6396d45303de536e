"""Plans of random products: all that can be given is given, for as little as it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.words import Outcome
from gateway.product import Waterfall
from gateway.stages.plan import Case, Plan, Seat, plan, units, with_needs
from gateway.stages.plan.cover import EXACT, Choice, Scales, cheapest, greedy
from tests.rooms import seat

FEW = settings(max_examples=50)
FIELDS = tuple(f"fraud.f{number}" for number in range(6))
PRICES = st.sampled_from([Decimal(price) for price in ("0", "0.35", "1", "1", "2.50", "7")])


@st.composite
def products(draw: st.DrawFn, *, waterfalls: bool = True) -> tuple[Seat, ...]:
    """Draw some connectors, some of them required, needed, or in a waterfall."""
    seats: list[Seat] = []
    names: list[str] = []
    for number in range(draw(st.integers(1, 6))):
        common: dict[str, Any] = {
            "required": draw(st.integers(0, 3)) == 0,
            "needs": tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
            if names
            else (),
        }
        size = draw(st.integers(2, 3)) if waterfalls and draw(st.integers(0, 3)) == 0 else 1
        if size > 1:
            members = tuple(f"c{number}{letter}" for letter in "abc"[:size])
            common["waterfall"] = Waterfall(
                name=f"w{number}",
                order=members,
                continue_on=frozenset({Outcome.NO_HIT}),
                min_success=draw(st.integers(1, 2)),
            )
        else:
            members = (f"c{number}",)
        for name in members:
            targets = draw(st.lists(st.sampled_from(FIELDS), unique=True, min_size=1, max_size=4))
            seats.append(seat(name, *targets, price=draw(PRICES), **common))
        names.append(seats[-1].unit)
    return tuple(seats)


wishes = st.lists(st.sampled_from(FIELDS), unique=True, min_size=1).map(tuple)
limits = st.sampled_from([Decimal(cost) for cost in ("0", "1", "2", "3.85", "6", "11", "40")])


def names(planned: Plan) -> set[str]:
    return {each.connector for each in planned.asked}


def given_by(seats: Iterable[Seat]) -> set[str]:
    return {target for each in seats for target in each.targets}


def cost(seats: Iterable[Seat]) -> Decimal:
    return sum((each.price for each in seats), Decimal(0))


@FEW
@given(products(), wishes, limits)
def test_everybody_is_asked_or_left_out_and_in_the_products_order(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], limit: Decimal
) -> None:
    planned = plan(seats, wanted, Case(limit=limit))
    order = [each.connector for each in seats]

    assert names(planned) | planned.left_out.keys() == set(order)
    assert not names(planned) & planned.left_out.keys()
    assert [each.connector for each in planned.asked] == [
        name for name in order if name in names(planned)
    ]


@FEW
@given(products(), wishes, limits, st.booleans())
def test_whoever_is_asked_has_whom_it_needs(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], limit: Decimal, cheapest: bool
) -> None:
    planned = plan(seats, wanted, Case(limit=limit, cheapest=cheapest))
    asked = {each.unit for each in planned.asked}

    assert all(need in asked for each in planned.asked for need in each.needs)


@FEW
@given(products(), wishes, st.booleans())
def test_all_that_can_be_given_is(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], cheapest: bool
) -> None:
    planned = plan(seats, wanted, Case(cheapest=cheapest))

    assert given_by(planned.asked) & {*wanted} == given_by(seats) & {*wanted}


@FEW
@given(products(waterfalls=False), wishes)
def test_no_other_set_that_gives_it_all_is_cheaper(
    seats: tuple[Seat, ...], wanted: tuple[str, ...]
) -> None:
    """Against every set there is, with those whom it needs."""
    planned = plan(seats, wanted, Case(cheapest=True))
    by_name = {unit.name: unit for unit in units(seats)}
    everything = given_by(seats) & {*wanted}
    must = {each.connector for each in seats if each.required and {*each.targets} & {*wanted}}
    found = []
    for size in range(len(seats) + 1):
        for some in combinations(by_name, size):
            taken = set().union(*(with_needs(name, by_name) for name in {*some} | must))
            chosen = [each for each in seats if each.connector in taken]
            if given_by(chosen) >= everything:
                found.append(cost(chosen))

    assert cost(planned.asked) == min(found)


@FEW
@given(products(waterfalls=False), wishes, st.data())
def test_what_is_known_costs_nothing_and_is_taken_first(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], data: st.DataObject
) -> None:
    known = frozenset(data.draw(st.sets(st.sampled_from([each.connector for each in seats]))))
    bought = plan(seats, wanted, Case(cheapest=True)).asked
    again = plan(seats, wanted, Case(cheapest=True, known=known))
    new = [each for each in again.asked if each.connector not in known]

    assert cost(new) <= cost(each for each in bought if each.connector not in known)
    nothing = plan(seats, wanted, Case(known=known, limit=Decimal(0)))
    assert all(each.connector in known or not each.price for each in nothing.asked)


def dearest(planned: Plan) -> Decimal:
    """What a plan may cost at most."""
    return sum(
        (planned.allowances.get(unit.name, cost(unit.seats)) for unit in units(planned.asked)),
        Decimal(0),
    )


@FEW
@given(products(), wishes, limits, st.booleans())
def test_it_never_costs_more_than_the_limit(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], limit: Decimal, cheapest: bool
) -> None:
    planned = plan(seats, wanted, Case(limit=limit, cheapest=cheapest))
    waterfalls = {unit.name for unit in units(planned.asked) if unit.seats[0].waterfall}

    assert dearest(planned) <= limit
    assert planned.allowances.keys() == waterfalls
    for unit in units(planned.asked):
        # As many as must answer can be paid, whichever they are.
        most = sorted((each.price for each in unit.seats), reverse=True)[: unit.enough]
        assert planned.allowances.get(unit.name, limit) >= sum(most)


@FEW
@given(products(), wishes, limits, limits)
def test_more_money_never_takes_from_who_comes_first(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], one: Decimal, other: Decimal
) -> None:
    """In the order in which money is given out: the first difference is in favour of more."""
    order = sorted(units(seats), key=lambda unit: not unit.required)
    poor, rich = (
        {each.unit for each in plan(seats, wanted, Case(limit=limit)).asked}
        for limit in sorted((one, other))
    )
    wished = [unit.name for unit in order if given_by(unit.seats) & {*wanted}]

    assert [name in poor for name in wished] <= [name in rich for name in wished]


@FEW
@given(products(), wishes)
def test_enough_money_is_as_good_as_no_limit(
    seats: tuple[Seat, ...], wanted: tuple[str, ...]
) -> None:
    free = plan(seats, wanted)
    enough = plan(seats, wanted, Case(limit=cost(seats)))

    assert (enough.asked, enough.left_out) == (free.asked, free.left_out)


@FEW
@given(products(), wishes, st.data())
def test_who_is_refused_is_not_asked_nor_anybody_who_needs_it(
    seats: tuple[Seat, ...], wanted: tuple[str, ...], data: st.DataObject
) -> None:
    asked = [each.connector for each in plan(seats, wanted).asked]
    some = data.draw(st.sets(st.sampled_from(asked))) if asked else set()
    refused = dict.fromkeys(some, Outcome.SKIPPED_POLICY)
    planned = plan(seats, wanted, Case(refused=refused))
    kept = {each.unit for each in planned.asked}

    assert not names(planned) & some
    assert all(need in kept for each in planned.asked for need in each.needs)
    for unit in units(planned.asked):
        (whole,) = (each for each in units(seats) if each.name == unit.name)
        of_use = [each for each in whole.seats if {*each.targets} & {*wanted}] or whole.seats
        assert len(unit.seats) >= min(whole.enough, len(of_use))


@st.composite
def covers(draw: st.DrawFn, size: int) -> tuple[Choice, ...]:
    count = draw(st.integers(1, size))
    return tuple(
        Choice(draw(st.integers(0, 2**8 - 1)), 1 << place, draw(PRICES)) for place in range(count)
    )


@pytest.mark.parametrize("seed", range(150))
def test_of_all_sets_that_give_it_all_the_lightest_is_found(seed: int) -> None:
    """Against all there are, of choices that overlap, at prices that lie close together."""
    random, choices = Random(seed), tuple[Choice, ...]()
    for place in range(7):
        needed = random.choice(choices).takes if choices and random.random() < 0.2 else 0
        gives = sum(1 << bit for bit in random.sample(range(6), random.randint(2, 3)))
        cost = Decimal(random.randint(90, 140)) / 100
        choices = (*choices, Choice(gives, 1 << place | needed, cost))
    scales, every = Scales(choices), (1 << len(choices)) - 1
    taken = choices[random.randrange(7)].takes if random.random() < 0.3 else 0
    whole = (
        asked
        for asked in range(every + 1)
        if asked & taken == taken and scales.given(asked) == scales.given(every)
        if all(asked & choice.takes == choice.takes for choice in chosen(choices, asked))
    )

    assert cheapest(choices, taken) == min(whole, key=scales.weight)


def chosen(choices: tuple[Choice, ...], asked: int) -> list[Choice]:
    return [choice for place, choice in enumerate(choices) if asked >> place & 1]


@FEW
@given(covers(12))
def test_the_greedy_set_is_within_its_bound(choices: tuple[Choice, ...]) -> None:
    scales = Scales(choices)
    wanted = scales.given((1 << len(choices)) - 1)
    quick = greedy(scales, [each for each in choices if each.gives], 0, wanted)
    most = max(each.gives.bit_count() for each in choices)
    bound = sum((Decimal(1) / number for number in range(1, most + 1)), Decimal(0))

    assert scales.given(quick) == wanted
    assert scales.cost(quick) <= scales.cost(cheapest(choices, 0)) * bound + Decimal("1e-20")


@FEW
@given(covers(24))
def test_of_many_a_cover_is_found_at_once(choices: tuple[Choice, ...]) -> None:
    scales = Scales(choices)

    assert scales.given(cheapest(choices, 0)) == scales.given((1 << len(choices)) - 1)


def test_equal_sets_are_told_apart_by_number_and_then_by_order() -> None:
    seats = (
        seat("one", "fraud.f0", price=Decimal(0)),
        seat("two", "fraud.f1", price=Decimal(0)),
        seat("both", "fraud.f0", "fraud.f1", price=Decimal(0)),
        seat("again", "fraud.f0", "fraud.f1", price=Decimal(0)),
    )

    assert names(plan(seats, FIELDS, Case(cheapest=True))) == {"both"}


def test_rows_of_a_union_are_nobody_elses() -> None:
    seats = (
        seat("one", "fraud.f0", united=("fraud.f0",)),
        seat("two", "fraud.f0", united=("fraud.f0",)),
    )
    apart = tuple(replace(each, united=()) for each in seats)

    assert names(plan(seats, FIELDS, Case(cheapest=True))) == {"one", "two"}
    assert names(plan(apart, FIELDS, Case(cheapest=True))) == {"one"}


@pytest.mark.parametrize("count", [EXACT, EXACT + 8])
def test_the_hardest_of_products_is_planned_in_no_time(count: int) -> None:
    """Every pair of fields has a connector of its own, all at nearly one price."""
    choices = tuple(
        Choice(1 << place % 9 | 1 << (place * 7 + 3) % 9, 1 << place, Decimal(100 + place))
        for place in range(count)
    )

    assert Scales(choices).given(cheapest(choices, 0)) == 2**9 - 1
