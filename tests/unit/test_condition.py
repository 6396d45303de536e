"""Who is asked only of some inquiries."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.faults import ConfigError
from connectors.select.matcher import Matcher
from connectors.words import Outcome
from gateway.product import ProductSpec
from gateway.stages.condition import compile_condition
from gateway.stages.inputs import look_up
from gateway.stages.plan import Case, Condition, Seat, plan
from tests.rooms import inquiry, seat
from tests.standins import make_kit

KIT = make_kit(
    roots={
        "subject": {"name": str},
        "application": {"loan_product": str, "term": int},
        "device": {},
    }
)
STUDENT = {"application.loan_product": "student"}
ALL = ("credit_summary",)


def when(source: Mapping[str, object]) -> Condition | None:
    return compile_condition(TypeAdapter(dict[str, Matcher]).validate_python(source), KIT)


def planned(
    *seats: Seat, wanted: tuple[str, ...] = ALL, **application: Any
) -> dict[str, Outcome | None]:
    known = look_up(inquiry(application=application), {})
    found = plan(seats, wanted, Case(known))
    asked: dict[str, Outcome | None] = dict.fromkeys(one.connector for one in found.asked)
    return {**asked, **found.left_out}


@pytest.mark.parametrize(
    ("source", "application", "asked"),
    [
        (STUDENT, {"loan_product": "student"}, True),
        (STUDENT, {"loan_product": "car"}, False),
        (STUDENT, {}, False),
        ({"application.loan_product": {"in": ["student", "car"]}}, {"loan_product": "car"}, True),
        (
            {**STUDENT, "application.term": {"gte": 12}},
            {"loan_product": "student", "term": 12},
            True,
        ),
        (
            {**STUDENT, "application.term": {"gte": 12}},
            {"loan_product": "student", "term": 6},
            False,
        ),
        ({"application.loan_product": {"present": False}}, {}, True),
        ({"inquiry.inputs.channel": "web"}, {}, False),
        ({"application.attachments.statement": {"present": True}}, {}, False),
        ({}, {}, True),
    ],
)
def test_a_connector_is_asked_where_all_of_its_conditions_hold(
    source: dict[str, object], application: dict[str, Any], asked: bool
) -> None:
    found = planned(seat("a"), seat("b", when=when(source)), **application)

    assert found == {"a": None, "b": None if asked else Outcome.NOT_NEEDED}


@pytest.mark.parametrize(
    ("source", "given", "missing"),
    [
        ("inquiry.inputs.otp", {"inputs": {"otp": "1"}}, {"inputs": {"otp": " "}}),
        (
            "application.attachments.statement",
            {"attachments": {"statement": b"%PDF"}},
            {"attachments": {"other": b"%PDF"}},
        ),
    ],
)
def test_what_only_the_caller_can_give_is_a_condition_too(
    source: str, given: dict[str, Any], missing: dict[str, Any]
) -> None:
    there, absent = when({source: {"present": True}}), when({source: {"present": False}})

    assert there is not None and absent is not None
    for told, holds in ((given, True), (missing, False)):
        known = look_up(inquiry(**told), {})
        assert (there(known), absent(known)) == (holds, not holds)


def test_a_required_one_whose_condition_does_not_hold_is_not_needed_either() -> None:
    assert planned(seat("a", required=True, when=when(STUDENT))) == {"a": Outcome.NOT_NEEDED}


def test_who_needs_one_that_is_not_asked_lacks_its_input() -> None:
    found = planned(
        seat("a", when=when(STUDENT)),
        seat("b", needs=("a",)),
        seat("c", needs=("b",)),
        seat("d", "fraud", needs=("a",)),
    )

    assert found == {
        "a": Outcome.NOT_NEEDED,
        "b": Outcome.NEED_INPUT,
        "c": Outcome.NEED_INPUT,
        # Nobody wanted it in the first place.
        "d": Outcome.NOT_NEEDED,
    }


def test_money_is_not_kept_for_who_is_not_asked() -> None:
    seats = (
        seat("a", required=True, when=when(STUDENT), price=Decimal(2)),
        seat("b", price=Decimal(2)),
    )
    found = plan(seats, ALL, Case(look_up(inquiry(), {}), limit=Decimal(2)))

    assert [one.connector for one in found.asked] == ["b"]


def test_without_an_inquiry_conditions_count_as_met() -> None:
    """As in `explain`, which says what may be asked."""
    assert len(plan([seat("a", when=when(STUDENT))], ALL).asked) == 1


@pytest.mark.parametrize(
    "reference", ["application.loan_prodct", "loan_product", "inquiry.id", "secrets.x"]
)
def test_what_no_inquiry_has_is_told_at_load(reference: str) -> None:
    with pytest.raises(ConfigError) as caught:
        when({reference: "x"})

    assert [one.at for one in caught.value.findings] == [(reference,)]


SHADOW = {
    "connector": "b",
    "shadow": {"share": 0.05, "max_cost_per_day": {"amount": "20", "currency": "EUR"}},
}


def product(*connectors: dict[str, Any]) -> ProductSpec:
    return ProductSpec.model_validate(
        {
            "name": "p",
            "fields": ["fraud"],
            "purposes": ["CREDIT_ORIGINATION"],
            "connectors": connectors,
        }
    )


def test_a_product_tells_who_is_asked_from_who_is_on_trial() -> None:
    found = product({"connector": "a", "when": STUDENT}, SHADOW)

    assert [use.name for use in found.asked] == ["a"]
    assert [use.connector for use in found.shadows] == ["b"]


@pytest.mark.parametrize(
    "connectors",
    [
        ({"connector": "a"}, {**SHADOW, "required": True}),
        (SHADOW, {"connector": "a", "needs": ["b"]}),
        (SHADOW,),
        ({"connector": "a"}, {**SHADOW, "shadow": {"share": 0}}),
        ({"connector": "a"}, {"connector": "b", "shadow": {"share": 0.5}}),
    ],
)
def test_no_report_hangs_on_a_shadow(connectors: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(ValidationError):
        product(*connectors)
