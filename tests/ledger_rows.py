"""Queries and endings such as a ledger is given."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from connectors.contract import Attempt, ConsentRef, Query, Standing
from connectors.kit import Clock, Ending
from connectors.words import Billed, Effect, Outcome, Purpose
from gateway.store.ledger.contract import Claim, InquiryRow
from gateway.store.ledger.keeping.means import Means
from gateway.store.ledger.sqlite.opening import in_file
from gateway.store.ledger.stored import StoredLedger
from gateway.store.sealing import Sealer

from .standins import HandClock

CANARY = "CANARY-110101199003077432"
"""Stands in every personal field of the queries below."""

EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)

KEY = b"k" * 32

GRANT = InquiryRow(
    inquiry_id="i-1",
    tenant="lender",
    caller="loans",
    product="first_look",
    purpose=Purpose.CREDIT_ORIGINATION,
    consent_id="c-1",
    consent_expires_at=EXPIRES,
    subject_token="token",
    connectors=("acme_score", "police_id"),
    config_version="v1",
)


def claim(fingerprint: str = "f", inquiry_id: str = "i-1") -> Claim:
    return Claim("lender", inquiry_id, fingerprint, EXPIRES)


def means(clock: Clock | None = None, seed: int | None = None) -> Means:
    """Lay out what a ledger needs; each has another instance, unless it is seeded."""
    random = Random(seed)
    sealer = Sealer("1", {"1": b"s" * 32}, random)
    return Means(clock or HandClock(), random, "EUR", KEY, sealer)


PATIENT = 10.0
"""Seconds: the machine is busy with other tests."""


def sqlite_ledger(path: Path, clock: Clock | None = None, **options: Any) -> StoredLedger:
    return in_file(path, means(clock), **{"patience": PATIENT, **options})


def question(
    call_id: str,
    effect: Effect = Effect.CHARGEABLE,
    inquiry_id: str = "i-1",
    acknowledged: frozenset[str] = frozenset(),
) -> Query:
    """Make one attempt's query."""
    standing = Standing(
        tenant="lender",
        caller="loans",
        inquiry_id=inquiry_id,
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=ConsentRef("c-1", None, EXPIRES),
        subject_token="token",
        config_version="v1",
        acknowledged=acknowledged,
    )
    person = {"id_number": CANARY, "name": CANARY}
    return Query(
        connector="acme_score",
        standing=standing,
        deadline=lambda: 0.0,
        attempt=Attempt(1, call_id, f"ref-{call_id}", effect, Decimal("1.50")),
        subject=person,
        application=person,
        device=person,
        consent=person,
        inquiry=person,
        user_info=person,
    )


def ending(
    outcome: Outcome = Outcome.HIT, reference: str = "b-1", billed: Billed = Billed.YES
) -> Ending:
    return Ending(outcome, billed, Decimal("1.50"), reference, 0.0125)
