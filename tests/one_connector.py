"""One connector at the bottom of its onion, and a bureau that answers as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.assembly import assemble
from connectors.bureau import BureauSpec
from connectors.connector import Connector
from connectors.contract import Attempt, Query, Reply, Standing, Wire, WireReply
from connectors.spec import ConnectorSpec
from connectors.words import Purpose
from gateway.fields.schema import schema
from tests.standins import make_kit

KIT = replace(make_kit(secrets={"token": "s3cret", "aes": "00" * 16}), schema=schema())

OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "HIT", "status": 200, "body": {"code": "0"}},
    {"outcome": "NO_HIT", "status": 200, "body": {"code": "1"}},
    {"outcome": "REFUSED", "status": 401, "refresh_auth": "once"},
    {
        "outcome": "RATE_LIMITED",
        "status": 429,
        "wait": {"header": "Retry-After", "max": "2s"},
    },
    {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
]


def bureau(**changes: Any) -> BureauSpec:
    basic = {"name": "acme", "base_url": "https://acme.example"}
    return BureauSpec.model_validate({**basic, **changes})


def connector(**changes: Any) -> ConnectorSpec:
    basic = {
        "name": "score",
        "bureau": "acme",
        "billing": {"price": {"amount": "0.50", "currency": "EUR"}},
        "policy": {"purposes": ["CREDIT_ORIGINATION"]},
        "request": {"path": "/score", "json": {"id": "${subject.id_number}"}},
        "outcomes": [row for row in OUTCOMES if "refresh_auth" not in row],
        "mapping": {"fraud.gang_risk": {"path": "risk", "type": "ratio"}},
    }
    return ConnectorSpec.model_validate({**basic, **changes})


@dataclass
class Wires:
    """A transport that remembers what it was given, and gives what it was told to."""

    answer: WireReply
    sent: list[Wire] = field(default_factory=list)

    async def send(self, wire: Wire) -> WireReply:
        self.sent.append(wire)
        return self.answer

    async def aclose(self) -> None:
        """Nothing is open."""


def question(subject: Mapping[str, object] | None = None, **changes: Any) -> Query:
    standing = Standing(
        tenant="lender",
        caller="scoring",
        inquiry_id="i-1",
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=None,
        subject_token="t",
        config_version="v1",
    )
    basic = Query(
        connector="score",
        standing=standing,
        deadline=lambda: 9e9,
        attempt=Attempt(2, "call-1", "ref-1"),
        subject={"id_number": "X1", "name": "ann"} if subject is None else subject,
    )
    return replace(basic, **changes)


def build(spec: ConnectorSpec, wires: Wires, of: BureauSpec | None = None) -> Connector:
    main = assemble(spec, KIT, (of or bureau()).build(KIT, wires)).main
    assert main is not None
    return main.connector


async def ask(
    body: bytes = b'{"code": "0", "risk": "0.5"}',
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    query: Query | None = None,
    **changes: Any,
) -> Reply:
    wires = Wires(WireReply(status, headers or {}, body))
    return await build(connector(**changes), wires)(query or question())


async def sent(query: Query | None = None, of: BureauSpec | None = None, **changes: Any) -> Wire:
    wires = Wires(WireReply(200, {}, b'{"code": "0"}'))
    await build(connector(**changes), wires, of)(query or question())
    (wire,) = wires.sent
    return wire
