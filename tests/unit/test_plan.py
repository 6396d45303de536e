"""Which connectors an inquiry needs, and what they may cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.words import Outcome
from gateway.product import Waterfall
from gateway.stages.plan import Case, Plan, Seat, plan
from tests.rooms import seat

NOT_NEEDED, SKIPPED_COST = Outcome.NOT_NEEDED, Outcome.SKIPPED_COST

SEATS = (
    seat("police", "identity_verification.id_name_match", required=True, price=Decimal("0.50")),
    seat("loans", "fraud.multi_lending[3M,ID,BANK].application_count", price=Decimal(1)),
    seat("score", "credit_summary.scores", needs=("police",), price=Decimal(2)),
    seat("deep", "credit_summary.tradelines", needs=("score",), required=True, price=Decimal(4)),
)
ALL = ("identity_verification", "fraud", "credit_summary")


def names(of: Plan) -> list[str]:
    return [each.connector for each in of.asked]


def test_whoever_can_give_a_wanted_field_is_asked_in_the_products_order() -> None:
    whole = plan(SEATS, ALL)

    assert names(whole) == ["police", "loans", "score", "deep"]
    assert sum(seat.price for seat in whole.asked) == Decimal("7.50")
    assert whole.left_out == {}


def test_whoever_can_not_is_not_needed() -> None:
    found = plan(SEATS, ("fraud",))

    assert names(found) == ["loans"]
    assert found.left_out == dict.fromkeys(("police", "score", "deep"), NOT_NEEDED)


def test_a_list_is_wanted_whole_though_its_rows_are_mapped_one_by_one() -> None:
    assert names(plan(SEATS, ("fraud.multi_lending",))) == ["loans"]


def test_a_name_that_only_begins_alike_is_another_field() -> None:
    assert names(plan([seat("a", "credit_summary.scores")], ("credit_summary.score",))) == []


def test_what_a_connector_needs_is_needed_too_all_the_way_down() -> None:
    assert names(plan(SEATS, ("credit_summary.tradelines",))) == ["police", "score", "deep"]


def test_no_limit_leaves_nothing_out_and_a_limit_of_nothing_leaves_what_is_free() -> None:
    free = seat("own", "fraud.device", price=Decimal(0))

    assert names(plan([*SEATS, free], ALL, Case(limit=Decimal(0)))) == ["own"]


def test_required_connectors_are_reserved_for_first() -> None:
    """`loans` stands before `deep`, and is optional."""
    found = plan(SEATS, ALL, Case(limit=Decimal("6.50")))

    assert names(found) == ["police", "score", "deep"]
    assert found.left_out == {"loans": SKIPPED_COST}


def test_an_optional_connector_is_left_out_with_none_of_what_it_alone_needs_bought() -> None:
    seats = (
        seat("base", "education.school", price=Decimal(2)),
        seat("top", "credit_summary.scores", needs=("base",), price=Decimal(2)),
        seat("cheap", "fraud.device", price=Decimal(1)),
    )
    found = plan(seats, ("credit_summary", "fraud"), Case(limit=Decimal(3)))

    assert names(found) == ["cheap"]
    assert found.left_out == {"base": SKIPPED_COST, "top": SKIPPED_COST}


def test_what_is_paid_for_once_is_not_counted_twice() -> None:
    seats = (
        seat("base", "identity_verification.sex", price=Decimal(2)),
        seat("one", "credit_summary.scores", needs=("base",), price=Decimal(1)),
        seat("two", "fraud.device", needs=("base",), price=Decimal(1)),
    )

    assert names(plan(seats, ALL, Case(limit=Decimal(4)))) == ["base", "one", "two"]


def test_what_nobody_wants_is_not_needed_even_where_it_could_not_be_paid() -> None:
    assert plan(SEATS, ("fraud",), Case(limit=Decimal(0))).left_out == {
        "police": NOT_NEEDED,
        "loans": SKIPPED_COST,
        "score": NOT_NEEDED,
        "deep": NOT_NEEDED,
    }


def fall(name: str, *prices: str, **changes: Any) -> tuple[Seat, ...]:
    """Seat a waterfall, of which each member gives the same field."""
    order = tuple(f"{name}{number}" for number in range(1, len(prices) + 1))
    rules = {key: changes.pop(key) for key in ("min_success",) if key in changes}
    waterfall = Waterfall(name=name, order=order, continue_on=frozenset({Outcome.NO_HIT}), **rules)
    return tuple(
        seat(member, f"fraud.{name}", price=Decimal(price), waterfall=waterfall, **changes)
        for member, price in zip(order, prices, strict=True)
    )


def test_all_members_of_a_waterfall_may_have_their_turn() -> None:
    assert names(plan(fall("a", "1", "2", "3"), ALL)) == ["a1", "a2", "a3"]


def test_a_member_that_gives_nothing_wanted_has_none() -> None:
    one, other = fall("a", "1", "2")
    seats = (one, replace(other, targets=("education.school",)))

    assert names(plan(seats, ALL)) == ["a1"]
    assert plan(seats, ALL).left_out == {"a2": NOT_NEEDED}


def test_of_one_that_is_only_needed_everybody_has() -> None:
    seats = (*fall("a", "1", "2"), seat("b", "credit_summary.scores", needs=("a",)))

    assert names(plan(seats, ("credit_summary",))) == ["a1", "a2", "b"]


def test_a_waterfall_is_reserved_for_by_its_dearest_and_gets_what_is_left_over() -> None:
    seats = (*fall("a", "1", "3"), *fall("b", "2", "2"), seat("c", "fraud.c"))

    found = plan(seats, ALL, Case(limit=Decimal(7)))
    assert found.allowances == {"a": Decimal(4), "b": Decimal(2)}
    assert len(found.asked) == 5
    assert plan(seats, ALL, Case(limit=Decimal(9))).allowances == {
        "a": Decimal(4),
        "b": Decimal(4),
    }


def test_a_member_that_can_not_be_paid_falls_out_and_a_cheaper_one_stays() -> None:
    found = plan(fall("a", "5", "2", "1", required=True), ALL, Case(limit=Decimal(4)))

    assert (names(found), found.left_out) == (["a2", "a3"], {"a1": SKIPPED_COST})
    assert found.allowances == {"a": Decimal(3)}


def test_where_two_must_answer_two_are_reserved_for_or_nobody_is_asked() -> None:
    seats = fall("a", "5", "2", "1", min_success=2)

    assert names(plan(seats, ALL, Case(limit=Decimal(7)))) == ["a1", "a2", "a3"]
    assert names(plan(seats, ALL, Case(limit=Decimal(6)))) == ["a2", "a3"]
    assert names(plan(seats, ALL, Case(limit=Decimal(2)))) == []


def test_what_is_known_has_the_first_turn_and_costs_nothing() -> None:
    known = Case(known=frozenset({"a2"}), limit=Decimal(1))
    found = plan(fall("a", "1", "2", "3"), ALL, known)

    assert (names(found), found.left_out) == (["a2", "a1"], {"a3": SKIPPED_COST})


def test_a_waterfall_surely_gives_what_all_of_its_members_can() -> None:
    """What only one of them can is bought of somebody who is sure to have it."""
    one, other = fall("a", "1", "1")
    seats = (
        one,
        replace(other, targets=(*other.targets, "fraud.extra")),
        seat("b", "fraud.extra", price=Decimal("0.10")),
        seat("c", "fraud.a", price=Decimal(2)),
    )

    assert names(plan(seats, ALL, Case(cheapest=True))) == ["a1", "a2", "b"]


def test_what_required_ones_give_is_not_bought_again() -> None:
    seats = (
        seat("dear", "fraud.a", "fraud.b", price=Decimal(9), required=True),
        seat("cheap", "fraud.a", price=Decimal("0.10")),
        seat("other", "fraud.c", "fraud.a", price=Decimal(1)),
    )
    found = plan(seats, ALL, Case(cheapest=True))

    assert (names(found), found.left_out) == (["dear", "other"], {"cheap": NOT_NEEDED})


def test_needs_are_paid_for_with_whoever_needs_them() -> None:
    seats = (
        seat("base", "education.school", price=Decimal(3)),
        seat("needy", "fraud.a", needs=("base",), price=Decimal(1)),
        seat("alone", "fraud.a", price=Decimal(2)),
    )

    assert names(plan(seats, ("fraud",), Case(cheapest=True))) == ["alone"]
    assert names(plan(seats, ("fraud", "education"), Case(cheapest=True))) == ["base", "needy"]
