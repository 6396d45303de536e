"""What a call costs, as far as an answer tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.answer.billing import Billing, Price
from connectors.errors import BrokeDown
from connectors.words import Billed, Outcome
from tests.one_connector import OUTCOMES, ask

PRICE: dict[str, Any] = {"amount": "0.50", "currency": "EUR"}
FLAG = {"price": PRICE, "charged": {"body": {"fee": True}}}


@pytest.mark.parametrize(
    "outcome, expected",
    [
        (Outcome.HIT, Billed.YES),
        (Outcome.MISMATCH, Billed.YES),
        (Outcome.SUBJECT_MISMATCH, Billed.YES),
        (Outcome.NO_HIT, Billed.NO),
        (Outcome.NO_SCORE, Billed.NO),
        (Outcome.RATE_LIMITED, Billed.NO),
        (Outcome.DUPLICATE, Billed.NO),
        (Outcome.BUREAU_ERROR, Billed.UNKNOWN),
        (Outcome.BAD_RESPONSE, Billed.UNKNOWN),
    ],
)
def test_where_nothing_is_said_the_table_of_the_specification_holds(
    outcome: Outcome, expected: Billed
) -> None:
    assert Billing.model_validate({"price": PRICE}).expects(outcome) is expected


def test_a_contract_says_which_outcomes_are_charged_for() -> None:
    billing = Billing.model_validate(
        {"price": PRICE, "billable": ["HIT", "NO_HIT"], "unbilled": ["BUREAU_ERROR"]}
    )

    assert billing.expects(Outcome.NO_HIT) is Billed.YES
    assert billing.expects(Outcome.MISMATCH) is Billed.NO
    assert billing.expects(Outcome.BUREAU_ERROR) is Billed.NO


@pytest.mark.parametrize(
    "price", [{**PRICE, "amount": 0.5}, {**PRICE, "amount": "-1"}, {**PRICE, "currency": "eur"}]
)
def test_a_price_is_quoted_positive_and_in_a_currency(price: Any) -> None:
    with pytest.raises(ValidationError):
        Price.model_validate(price)


@pytest.mark.parametrize(
    "body, billed, cost",
    [
        (b'{"code": "0", "fee": false}', Billed.NO, "0"),
        (b'{"code": "1", "fee": true}', Billed.YES, "0.50"),
        (b'{"code": "0", "fee": "true"}', Billed.NO, "0"),
    ],
)
async def test_the_bureaus_own_word_wins_over_the_table(
    body: bytes, billed: Billed, cost: str
) -> None:
    reply = await ask(body, billing=FLAG)

    assert (reply.billed, reply.cost) == (billed, Decimal(cost))


async def test_a_row_may_say_otherwise_than_the_table() -> None:
    rows = [{**OUTCOMES[1], "billed": "yes"}]

    assert (await ask(b'{"code": "1"}', outcomes=rows)).billed is Billed.YES


async def test_what_is_free_is_never_billed() -> None:
    reply = await ask(b'{"code": "0", "fee": true}', billing=FLAG, effect="free")

    assert (reply.billed, reply.cost) == (Billed.NO, Decimal(0))


async def test_a_page_without_the_flag_leaves_open_what_a_failure_costs() -> None:
    with pytest.raises(BrokeDown) as caught:
        await ask(b"<html>", 500, billing=FLAG)

    assert caught.value.billed is Billed.UNKNOWN


async def test_an_answer_that_leaves_the_flag_out_is_billed_by_the_table() -> None:
    """A flag that is absent is no promise of anything."""
    with pytest.raises(BrokeDown) as caught:
        await ask(b'{"code": "0"}', 500, billing=FLAG)

    assert caught.value.billed is Billed.UNKNOWN


async def test_a_flag_may_be_its_mere_presence() -> None:
    billing = {"price": PRICE, "charged": {"body": {"fee_id": {"present": True}}}}

    assert (await ask(b'{"code": "0", "fee_id": "f1"}', billing=billing)).billed is Billed.YES
    assert (await ask(b'{"code": "0"}', billing=billing)).billed is Billed.NO


def test_an_outcome_is_billable_or_unbilled_and_not_both() -> None:
    price = {"amount": "1", "currency": "EUR"}

    with pytest.raises(ValidationError, match="HIT is billable and unbilled"):
        Billing.model_validate({"price": price, "unbilled": ["HIT"]})
