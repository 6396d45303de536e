"""Whatever stands on a bill and in the ledger: every unknown ends known, and the sums agree."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.words import Billed, Outcome
from gateway.reconciling.bill import Bill, Charge
from gateway.reconciling.matching import match
from gateway.store.ledger.contract import CallRow
from tests.calls import call, lost

PRICE = {"score": Decimal("0.50")}
NUMBERS = st.integers(1, 6)
CALLS = st.lists(st.tuples(NUMBERS, st.sampled_from(list(Billed))), max_size=8)


def made(drawn: Sequence[tuple[int, Billed]]) -> list[CallRow]:
    calls = []
    for index, (number, billed) in enumerate(drawn):
        named = {"call_id": f"call-{index}", "our_reference": f"ref-{number}"}
        if billed is Billed.UNKNOWN:
            calls.append(lost(index, **named))
        elif billed is Billed.YES:
            calls.append(call(index, **named))
        else:
            free = {"billed": billed, "cost": Decimal(0), "outcome": Outcome.NO_HIT}
            calls.append(call(index, **{**named, **free}))
    return calls


def bill_of(numbers: Sequence[int]) -> Bill:
    rows: dict[str, tuple[Charge, ...]] = {}
    for line, number in enumerate(numbers, 2):
        reference = f"ref-{number}"
        rows[reference] = (*rows.get(reference, ()), Charge(line, reference, None))
    return Bill(rows)


@given(CALLS, st.lists(NUMBERS, max_size=8))
def test_all_unknowns_end_and_each_charge_is_a_cost_or_a_finding(
    drawn: list[tuple[int, Billed]], numbers: list[int]
) -> None:
    calls = made(drawn)
    found = match(bill_of(numbers), calls, "our_reference", PRICE)

    unknown = {one.call_id for one in calls if one.is_unknown}
    assert {one.call.call_id for one in found.resolutions} == unknown
    assert len(found.resolutions) == len(unknown)
    assert all(one.ending.billed is not Billed.UNKNOWN for one in found.resolutions)
    booked = sum(one.billed is Billed.YES for one in calls)
    charged = booked + sum(one.ending.billed is Billed.YES for one in found.resolutions)
    over = sum(one.line > 0 and one.booked is None for one in found.findings)
    under = sum(one.line == 0 for one in found.findings)
    assert charged - under + over == len(numbers)
