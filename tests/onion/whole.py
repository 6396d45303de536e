"""Connectors as their files describe them, whole, over a scripted bureau that counts each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any

from connectors.assembly.built import Built
from connectors.bureau import Bureau, BureauSpec
from connectors.contract import Reply, Wire, WireReply
from connectors.errors import ConnectorError, LedgerDown, NotSent
from connectors.kit import Drawn, History, Unrecorded
from connectors.policy.ledger import Owned
from connectors.policy.shared import Shared
from connectors.spec import ConnectorSpec

from .fakes import FakeLedger
from .job_house import Quiet, kit, question

PRICE = {"price": {"amount": "0.50", "currency": "EUR"}}
OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "HIT", "status": 200, "body": {"code": "0"}},
    {"outcome": "NO_HIT", "status": 200, "body": {"code": "1"}},
    {"outcome": "NEED_MORE", "status": 200, "body": {"code": "2"}},
    {"outcome": "DUPLICATE", "status": 200, "body": {"code": "3"}},
    {"outcome": "QUOTA_EXCEEDED", "status": 200, "body": {"code": "4"}},
    {"outcome": "INVALID_INPUT", "status": 400},
    {"outcome": "REFUSED", "status": 401},
    {"outcome": "RATE_LIMITED", "status": 429, "wait": {"header": "Retry-After", "max": "5s"}},
    {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
]


@dataclass(frozen=True, slots=True)
class Says:
    """What a bureau does with one call."""

    body: bytes = b'{"code": "0", "who": "X1"}'
    status: int = 200
    after: float = 0.05
    """Seconds until it answers, or fails."""
    fails: type[ConnectorError] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


HIT = Says()
UNSENT = Says(fails=NotSent)
HANGS = Says(after=1e6)
DOWN = Says(b"", 503)

Act = Callable[[int], Says]
"""By the number of the attempt, from 0."""


@dataclass(slots=True)
class Scripted:
    """A transport that does what it is told, and is the truth about what was sent."""

    act: Act
    tried: int = 0
    sent: list[float] = field(default_factory=list)
    """When: each is a call that the bureau received."""
    now: int = 0
    """Calls that are being answered."""
    most: int = 0
    keys: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def send(self, wire: Wire) -> WireReply:
        says, self.tried = self.act(self.tried), self.tried + 1
        if says.fails is NotSent or says.status == 0:
            await asyncio.sleep(says.after)
            raise NotSent("acme")
        wire.attempt.leave("acme")
        self.sent.append(asyncio.get_running_loop().time())
        self.bodies.append(wire.body)
        self.keys += [value for name, value in wire.headers if name == "Idempotency-Key"]
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(says.after)
        finally:
            self.now -= 1
        if says.fails is not None:
            raise says.fails("acme")
        return WireReply(says.status, says.headers, says.body)

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Watched(Bureau):
    """A bureau that remembers what its connectors share."""

    shared: list[Shared] = field(default_factory=list)

    def share(self, connector: str, min_attempt: float, owned: Owned) -> Shared:
        self.shared.append(Bureau.share(self, connector, min_attempt, owned))
        return self.shared[-1]


class Whole:
    """One bureau with its connectors, built of their files."""

    def __init__(
        self,
        act: Act | Says,
        *specs: dict[str, Any],
        bureau: dict[str, Any] | None = None,
        seed: int = 7,
        history: History | None = None,
    ) -> None:
        self.transport = Scripted(act if callable(act) else lambda _: act)
        self.ledger, self.owned, self.persons = FakeLedger(), Owned(), 0
        tools = replace(
            kit(self.ledger),
            random=Random(seed),
            tokens=Drawn(Random(seed)),
            history=history or Unrecorded(),
            observer=Quiet(),
        )
        source = {"name": "acme", "base_url": "https://acme.example", **(bureau or {})}
        built = BureauSpec.model_validate(source).build(tools, self.transport)
        self.bureau = Watched(**{each.name: getattr(built, each.name) for each in fields(built)})
        self.built: list[Built] = [
            connector(**each).build(tools, self.bureau, self.owned) for each in specs or ({},)
        ]

    @property
    def shared(self) -> Shared:
        return self.bureau.shared[0]

    async def ask(
        self, within: float = 10.0, of: int = 0, **changes: Any
    ) -> Reply | ConnectorError | LedgerDown:
        """Ask, and give the end, whatever it is."""
        try:
            return await self.built[of].call(question(within, **changes))
        except (ConnectorError, LedgerDown) as error:
            return error

    async def asks(self, count: int, every: float, within: float = 10.0) -> list[Any]:
        """Ask so often, about somebody else each time, one every so many seconds."""
        asking = []
        for _ in range(count):
            self.persons += 1
            person = {"id_number": f"X{self.persons}", "name": "ann"}
            asking.append(asyncio.create_task(self.ask(within, subject=person)))
            await asyncio.sleep(every)
        return await asyncio.gather(*asking)


def connector(**changes: Any) -> ConnectorSpec:
    basic: dict[str, Any] = {
        "name": "acme",
        "bureau": "acme",
        "effect": "chargeable",
        "billing": PRICE,
        "policy": {"purposes": ["CREDIT_ORIGINATION"]},
        "request": {"path": "/score", "json": {"id": "${subject.id_number}"}},
        "outcomes": OUTCOMES,
        "timeout": {"attempt": "1s", "settle": "20s"},
        "mapping": {"fraud.gang_risk": {"path": "risk", "type": "ratio"}},
    }
    return ConnectorSpec.model_validate({**basic, **changes})
