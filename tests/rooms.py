"""What one stage hands to the next, made in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from datachannel.v1 import user_info_pb2

from connectors.contract import FieldNote, Reply, Standing
from connectors.errors import ConnectorError
from connectors.words import Billed, FieldStatus, Outcome, Purpose, ServedFrom
from gateway.model import (
    Admitted,
    Answer,
    Answers,
    Consent,
    Credentials,
    Filled,
    Granted,
    Inquiry,
    Missed,
    Valid,
)
from gateway.policy import CallerPolicy
from gateway.stages.plan import Seat
from gateway.subject.filling import Filling
from gateway.subject.violation import Violation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

CONSENT = Consent(
    id="c-1",
    granted_at=NOW - timedelta(days=1),
    expires_at=NOW + timedelta(days=30),
    purposes=frozenset({Purpose.CREDIT_ORIGINATION}),
    recipients=frozenset({"acme", "beta"}),
    sensitive=False,
)


def caller(**changes: Any) -> CallerPolicy:
    return CallerPolicy.model_validate(
        {
            "name": "scoring",
            "tenant": "lender",
            "identities": {},
            "products": ["credit"],
            "purposes": ["CREDIT_ORIGINATION"],
            **changes,
        }
    )


def inquiry(**changes: Any) -> Inquiry:
    basic = Inquiry(
        id="i-1",
        credentials=Credentials(api_key="key"),
        product="credit",
        purpose=Purpose.CREDIT_ORIGINATION,
        received_at=NOW,
        deadline=None,
        subject={"name": "测试甲"},
        consent=CONSENT,
    )
    return replace(basic, **changes)


def admitted(
    *wanted: str, deny: tuple[str, ...] = (), deadline: float = 1010.0, **changes: Any
) -> Admitted:
    return Admitted(
        inquiry=inquiry(**changes),
        caller=caller(fields={"deny": deny}),
        purpose=Purpose.CREDIT_ORIGINATION,
        wanted=wanted or ("credit_summary", "fraud", "identity_verification"),
        deadline=deadline,
    )


def filled(
    of: Admitted | None = None,
    fillings: tuple[Filling, ...] = (),
    warnings: tuple[Violation, ...] = (),
) -> Filled:
    of = of or admitted()
    return Filled(Valid(of, of.inquiry.subject), of.inquiry.subject, fillings, warnings)


def seat(name: str, *targets: str, **changes: Any) -> Seat:
    basic = Seat(
        connector=name,
        bureau="acme",
        required=False,
        needs=(),
        targets=targets or ("credit_summary.total_balance",),
        price=Decimal(1),
        patience=2.0,
    )
    return replace(basic, **changes)


def granted(
    *connectors: str, of: Filled | None = None, refused: Mapping[str, Outcome] | None = None
) -> Granted:
    of = of or filled()
    standing = Standing(
        tenant="lender",
        caller="scoring",
        inquiry_id=of.valid.admitted.inquiry.id,
        purpose=of.valid.admitted.purpose,
        consent=None,
        subject_token="t",
        config_version="v7",
    )
    roots = ("subject", "inquiry", "application", "device", "consent")
    values = {root: {"name": root} for root in roots}
    return Granted(of, standing, NOW, connectors, refused or {}, values)


def known(**sections: Any) -> user_info_pb2.UserInfo:
    """Write user info: ``known(fraud={"gang_risk": 0.5})``."""
    return user_info_pb2.UserInfo(**sections)


def reply(
    name: str,
    outcome: Outcome = Outcome.HIT,
    says: user_info_pb2.UserInfo | None = None,
    notes: Iterable[str] = (),
    **changes: Any,
) -> Reply:
    """Answer; `notes` are the targets that have a value."""
    basic = Reply(
        connector=name,
        version="1.0.0",
        outcome=outcome,
        user_info=says.SerializeToString() if says else b"",
        meta={path: FieldNote(FieldStatus.PRESENT) for path in notes},
        billed=Billed.YES,
        cost=Decimal("0.50"),
        call_id=f"call-{name}",
        retrieved_at=NOW,
    )
    return replace(basic, **changes)


def reused(name: str, **changes: Any) -> Reply:
    return reply(
        name,
        **{
            "served_from": ServedFrom.CACHE,
            "billed": Billed.NO,
            "cost": Decimal(0),
            **changes,
        },
    )


def given(of: Reply) -> Answer:
    return Answer(of.connector, of, None, 0.1)


def failed(error: ConnectorError) -> Answer:
    return Answer(error.connector, None, Missed(error.connector, error.outcome, error), 0.1)


def skipped(name: str, outcome: Outcome) -> Answer:
    return Answer(name, None, Missed(name, outcome), 0.0)


def answers(*of: Answer, to: Filled | None = None) -> Answers:
    named = {each.connector: each for each in of}
    return Answers(granted(*named, of=to), named)
