"""Which connectors an inquiry needs, and what they may cost."""

from __future__ import annotations

from decimal import Decimal

from connectors.words import Outcome
from gateway.stages.plan import Plan, plan
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

    assert names(plan([*SEATS, free], ALL, Decimal(0))) == ["own"]


def test_required_connectors_are_reserved_for_first() -> None:
    """`loans` stands before `deep`, and is optional."""
    found = plan(SEATS, ALL, Decimal("6.50"))

    assert names(found) == ["police", "score", "deep"]
    assert found.left_out == {"loans": SKIPPED_COST}


def test_an_optional_connector_is_left_out_with_none_of_what_it_alone_needs_bought() -> None:
    seats = (
        seat("base", "education.school", price=Decimal(2)),
        seat("top", "credit_summary.scores", needs=("base",), price=Decimal(2)),
        seat("cheap", "fraud.device", price=Decimal(1)),
    )
    found = plan(seats, ("credit_summary", "fraud"), Decimal(3))

    assert names(found) == ["cheap"]
    assert found.left_out == {"base": SKIPPED_COST, "top": SKIPPED_COST}


def test_what_is_paid_for_once_is_not_counted_twice() -> None:
    seats = (
        seat("base", "identity_verification.sex", price=Decimal(2)),
        seat("one", "credit_summary.scores", needs=("base",), price=Decimal(1)),
        seat("two", "fraud.device", needs=("base",), price=Decimal(1)),
    )

    assert names(plan(seats, ALL, Decimal(4))) == ["base", "one", "two"]


def test_what_nobody_wants_is_not_needed_even_where_it_could_not_be_paid() -> None:
    assert plan(SEATS, ("fraud",), Decimal(0)).left_out == {
        "police": NOT_NEEDED,
        "loans": SKIPPED_COST,
        "score": NOT_NEEDED,
        "deep": NOT_NEEDED,
    }
