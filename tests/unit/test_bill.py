"""A bureau's bill: read whole or not at all, and held against the ledger."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.answer.bill import BillingFile
from connectors.words import Billed, Effect, Outcome
from gateway.reconciling.amount import Notation
from gateway.reconciling.bill import Bill, Charge, UnreadableBill, read_bill
from gateway.reconciling.matching import Disagreement, Finding, Matched, match
from gateway.store.ledger.contract import CallRow
from tests.calls import call, lost

LAYOUT = BillingFile(reference="Order", amount="Fee")
PRICE = {"score": Decimal("0.50")}
CENTS = Notation(2)
AMOUNT = "is no amount: digits, `.` before decimals, `,` between groups of three"


def written(folder: Path, text: str, charset: str = "utf-8") -> Path:
    file = folder / "bill.csv"
    file.write_bytes(text.encode(charset))
    return file


def charged(*references: str, amount: str | None = None) -> Bill:
    found: dict[str, tuple[Charge, ...]] = {}
    for line, reference in enumerate(references, 2):
        fee = None if amount is None else Decimal(amount)
        found[reference] = (*found.get(reference, ()), Charge(line, reference, fee))
    return Bill(found)


def matched(bill: Bill, *calls: CallRow) -> Matched:
    return match(bill, calls, "our_reference", PRICE)


def test_a_bill_is_read_in_the_layout_of_its_bureau(tmp_path: Path) -> None:
    layout = BillingFile(reference="Auftrag", amount="Preis", decimal=",", delimiter=";")
    file = written(tmp_path, '\ufeffAuftrag;Preis\nref-1;"1.234,50"\nref-2;0,50\n')

    assert read_bill(file, layout, Notation(2, ",")).by_reference == {
        "ref-1": (Charge(2, "ref-1", Decimal("1234.50")),),
        "ref-2": (Charge(3, "ref-2", Decimal("0.50")),),
    }


def test_a_bill_without_amounts_charges_the_price(tmp_path: Path) -> None:
    file = written(tmp_path, "Order\nref-1\n")
    bill = read_bill(file, BillingFile(reference="Order"), CENTS)
    (resolution,) = matched(bill, lost(1)).resolutions

    assert (resolution.ending.billed, resolution.ending.cost) == (Billed.YES, Decimal("0.50"))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Number,Fee\nref-1,1\n", ("has no column Order",)),
        ("", ("has no column Order, Fee",)),
        (
            "Order,Fee\n,1\nref-2,one\nref-3,NaN\nref-4\n",
            (
                "line 2: Order is empty",
                f"line 3: Fee {AMOUNT}",
                f"line 4: Fee {AMOUNT}",
                f"line 5: Fee {AMOUNT}",
            ),
        ),
        (
            'Order,Fee\nref-1,"5,00"\nref-2,1e400\nref-3,5.123456789\nref-4,1000000000\n',
            (
                f"line 2: Fee {AMOUNT}",
                f"line 3: Fee {AMOUNT}",
                "line 4: Fee has more than 2 decimals",
                "line 5: Fee is larger than any call's cost",
            ),
        ),
        ("Order,Fee\nref-1,5,00\n", ("line 2: has more columns than the head of the file",)),
        ("Order,Fee,Fee\nref-1,5,6\n", ("has more than one column Fee",)),
        ('Order,Fee\nref-1,"5\nref-2,5\n', ("is no CSV: unexpected end of data",)),
        (
            "Order,Fee\n" + "ref-1,1e1\n" * 30,
            tuple(f"line {line}: Fee {AMOUNT}" for line in range(2, 32)),
        ),
    ],
)
def test_half_a_bill_is_none_and_all_that_is_wrong_is_told(
    tmp_path: Path, text: str, faults: tuple[str, ...]
) -> None:
    with pytest.raises(UnreadableBill) as refused:
        read_bill(written(tmp_path, text), LAYOUT, CENTS)

    assert refused.value.faults == faults


def test_a_bill_whose_charset_does_not_show_is_refused(tmp_path: Path) -> None:
    layout = BillingFile(reference="Order", charset="utf-16")

    with pytest.raises(UnreadableBill, match="is not in utf-16"):
        read_bill(written(tmp_path, "Order\nref-1\n", "utf-16-le"), layout, CENTS)


def test_a_bill_in_another_charset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBill, match="is not in utf-8-sig"):
        read_bill(written(tmp_path, "Order,Fee\nréf,1\n", "latin-1"), LAYOUT, CENTS)


@pytest.mark.parametrize(
    "layout",
    [
        {"reference": "a", "charset": "klingon"},
        {"reference": "a", "charset": "base64"},
        {"reference": "a", "charset": "undefined"},
        {"reference": "a", "amount": "b", "delimiter": ",", "decimal": ","},
        {"reference": ""},
    ],
)
def test_a_layout_that_can_not_be_read_is_refused(layout: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        BillingFile.model_validate(layout)


def test_what_was_unknown_is_charged_for_if_the_bill_has_it_and_else_is_not() -> None:
    found = matched(charged("ref-1", amount="0.50"), lost(1), lost(2))

    assert [(one.call.call_id, one.ending.billed) for one in found.resolutions] == [
        ("call-1", Billed.YES),
        ("call-2", Billed.NO),
    ]
    assert [one.ending.cost for one in found.resolutions] == [Decimal("0.50"), Decimal(0)]
    assert found.findings == ()


def test_what_was_unknown_costs_what_the_bill_says_and_another_price_is_told() -> None:
    found = matched(charged("ref-1", amount="500.00"), lost(1))

    assert [one.ending.cost for one in found.resolutions] == [Decimal("500.00")]
    assert found.findings == (
        Finding(Disagreement.OTHER_AMOUNT, 2, "call-1", Decimal("500.00"), Decimal("0.50")),
    )


def test_each_of_several_charges_under_one_key_is_of_a_call_of_its_own() -> None:
    bill = Bill(
        {
            "ref-1": (
                Charge(2, "ref-1", Decimal("0.50")),
                Charge(3, "ref-1", Decimal("0.45")),
                Charge(4, "ref-1", Decimal("0.40")),
            )
        }
    )
    same = [call(1), lost(2, our_reference="ref-1"), lost(3, our_reference="ref-1")]
    found = matched(bill, *same)

    assert [one.ending.cost for one in found.resolutions] == [Decimal("0.45"), Decimal("0.40")]
    assert [(one.what, one.line) for one in found.findings] == [
        (Disagreement.OTHER_AMOUNT, 3),
        (Disagreement.OTHER_AMOUNT, 4),
    ]


@pytest.mark.parametrize("amounts", [("-0.50",), ("0.50", "-0.50")])
def test_a_credit_is_a_persons_to_look_at_and_settles_nothing(amounts: tuple[str, ...]) -> None:
    rows = tuple(Charge(line, "ref-1", Decimal(each)) for line, each in enumerate(amounts, 2))
    found = matched(Bill({"ref-1": rows}), lost(1))

    assert found.resolutions == ()
    assert found.findings == tuple(
        Finding(Disagreement.CREDITED, row.line, "call-1", row.amount) for row in rows
    )


def test_what_is_not_ours_is_told_with_its_amount() -> None:
    (finding,) = matched(charged("ref-9", amount="0.70")).findings

    assert finding == Finding(Disagreement.NOT_OURS, 2, billed=Decimal("0.70"))


def test_how_a_call_ended_is_not_what_a_bill_says() -> None:
    (resolution,) = matched(charged("ref-1"), lost(1, outcome=Outcome.TIMEOUT)).resolutions

    assert resolution.ending.outcome is Outcome.TIMEOUT


def test_an_intent_without_an_outcome_is_unknown_too() -> None:
    (resolution,) = matched(charged(), lost(1, outcome=None, billed=None)).resolutions

    assert (resolution.ending.outcome, resolution.ending.billed) == (Outcome.LOST, Billed.NO)


def test_of_attempts_under_one_key_the_bill_has_one() -> None:
    first, second = lost(1), call(2, our_reference="ref-1", attempt=2)
    found = matched(charged("ref-1", amount="0.50"), first, second)

    assert [one.ending.billed for one in found.resolutions] == [Billed.NO]
    assert found.findings == ()


def test_a_call_that_the_bill_names_by_the_bureaus_own_reference_has_one() -> None:
    found = match(charged("b-1"), (call(1), lost(2)), "bureau_reference", PRICE)

    # Nobody can tell of a lost call by a reference that never came.
    assert found.resolutions == ()
    assert found.findings == ()


def test_where_bill_and_ledger_disagree_a_person_is_told_and_nothing_is_changed() -> None:
    free = call(4, billed=Billed.NO, cost=Decimal(0), outcome=Outcome.NO_HIT)
    found = matched(
        charged("ref-1", "ref-2", "ref-2", "ref-4", "ref-9", amount="0.50"),
        call(1, cost=Decimal("0.40")),
        call(2),
        call(3),
        free,
        call(5, effect=Effect.FREE, billed=Billed.NO, cost=Decimal(0)),
    )

    assert found.resolutions == ()
    assert {(one.what, one.call_id, one.line) for one in found.findings} == {
        (Disagreement.OTHER_AMOUNT, "call-1", 2),
        (Disagreement.CHARGED_TWICE, "call-2", 4),
        (Disagreement.NOT_CHARGED, "call-3", 0),
        (Disagreement.CHARGED_FOR_NOTHING, "call-4", 5),
        (Disagreement.NOT_OURS, "", 6),
    }
