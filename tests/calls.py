"""Calls as the ledger tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.words import Billed, Effect, Outcome, Purpose
from gateway.store.ledger.contract import CallRow, Source

_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

HIT = CallRow(
    call_id="call-1",
    attempt=1,
    inquiry_id="i1",
    tenant="lender_a",
    caller="scoring",
    product="loan_v1",
    connector="score",
    effect=Effect.CHARGEABLE,
    subject_token="t1",
    purpose=Purpose.CREDIT_ORIGINATION,
    our_reference="ref-1",
    instance="p1",
    intended_at=_AT,
    outcome=Outcome.HIT,
    billed=Billed.YES,
    cost=Decimal("0.50"),
    currency="EUR",
    bureau_reference="b-1",
    source=Source.ATTEMPT,
    ended_at=_AT,
)


def call(number: int, **changes: Any) -> CallRow:
    named = {"call_id": f"call-{number}", "our_reference": f"ref-{number}"}
    return replace(HIT, **{**named, "bureau_reference": f"b-{number}", **changes})


def lost(number: int, **changes: Any) -> CallRow:
    """Give one of which nobody knows; it counts at its price."""
    unknown = {"outcome": Outcome.LOST, "billed": Billed.UNKNOWN, "bureau_reference": ""}
    return call(number, **{**unknown, **changes})
