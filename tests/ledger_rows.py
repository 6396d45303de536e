"""Queries and endings such as a ledger is given."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from connectors.contract import Attempt, ConsentRef, Query, Standing
from connectors.kit import Ending
from connectors.words import Billed, Outcome, Purpose

CANARY = "CANARY-110101199003077432"
"""Stands in every personal field of the queries below."""

EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)


def question(call_id: str) -> Query:
    """Make one attempt's query."""
    standing = Standing(
        tenant="lender",
        caller="loans",
        inquiry_id="i-1",
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=ConsentRef("c-1", None, EXPIRES),
        subject_token="token",
        config_version="v1",
    )
    person = {"id_number": CANARY, "name": CANARY}
    return Query(
        connector="acme_score",
        standing=standing,
        deadline=lambda: 0.0,
        attempt=Attempt(1, call_id, f"ref-{call_id}"),
        subject=person,
        application=person,
        device=person,
        consent=person,
        inquiry=person,
        user_info=person,
    )


def ending(outcome: Outcome = Outcome.HIT, reference: str = "b-1") -> Ending:
    return Ending(outcome, Billed.YES, Decimal("1.50"), reference, 0.0125)
