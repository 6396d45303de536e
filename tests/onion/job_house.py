"""A connector whose answer comes later, its bureau by a script, and a store that outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, cast

from connectors.assembly.built import Built
from connectors.bureau import BureauSpec
from connectors.contract import Query, Reply, Wire, WireReply
from connectors.errors import LedgerDown, Lost, NotSent
from connectors.job import Callback, Ended, Job
from connectors.kit import Drawn, Kit
from connectors.message.exact_json import write_json
from connectors.policy.ledger import Owned
from connectors.rehearsal.jobs import JobsInMemory
from connectors.shape.errands import Errands
from connectors.spec import ConnectorSpec
from connectors.verify import Message
from connectors.words import Outcome
from gateway.fields.schema import schema
from tests.fakes import FakeSecrets
from tests.virtual import VirtualClock

from .fakes import FakeCache, FakeLedger, standing

BUREAU = BureauSpec.model_validate({"name": "acme", "base_url": "https://acme.example"})
GATE = "s3cret"

SUBMIT: dict[str, Any] = {
    "request": {
        "path": "/jobs",
        "json": {"id": "${subject.id_number}", "ref": "${call.reference}"},
    },
    "outcomes": [
        {"outcome": "PENDING", "status": 201},
        {"outcome": "NO_HIT", "status": 404, "body": {"unknown": True}},
        {"outcome": "DUPLICATE", "status": 409},
        {"outcome": "INVALID_INPUT", "status": 422},
    ],
}
POLL: dict[str, Any] = {
    "request": {"method": "GET", "path": "/jobs/{id}", "path_params": {"id": "${job.id}"}},
}
DOWNLOAD: dict[str, Any] = {
    "request": {"method": "GET", "path": "/result/{id}", "path_params": {"id": "${job.id}"}},
    "outcomes": [{"outcome": "HIT", "status": 200, "body": {"risk": {"present": True}}}],
}
CALLBACK: dict[str, Any] = {
    "verify": {"kind": "shared_path_secret", "secret": "${secrets.gate}"},
    "correlate": {"path": "job", "equals": "job.id"},
    "outcomes": [
        {"outcome": "HIT", "body": {"state": "done"}},
        {"outcome": "NO_HIT", "body": {"state": "nobody"}},
        {"outcome": "BUREAU_ERROR", "body": {"state": "broken"}},
        {"outcome": "PENDING", "body": {"state": "running"}},
    ],
}
OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "HIT", "status": 200, "body": {"state": "done"}},
    {"outcome": "PENDING", "status": 200, "body": {"state": "running"}},
    {"outcome": "NO_HIT", "status": 200, "body": {"state": "nobody"}},
    {"outcome": "NO_HIT", "status": 404, "body": {"state": {"present": False}}},
    {"outcome": "RATE_LIMITED", "status": 429},
    {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
]


def job(**changes: Any) -> dict[str, Any]:
    basic = {"submit": SUBMIT, "id": "${job.submit.job}", "poll": POLL, "background": "60s"}
    return {name: value for name, value in {**basic, **changes}.items() if value is not None}


def connector(**changes: Any) -> ConnectorSpec:
    basic: dict[str, Any] = {
        "name": "acme",
        "bureau": "acme",
        "billing": {"price": {"amount": "0.50", "currency": "EUR"}},
        "policy": {"purposes": ["CREDIT_ORIGINATION"]},
        "job": job(),
        "outcomes": OUTCOMES,
        "mapping": {"fraud.gang_risk": {"path": "risk", "type": "ratio"}},
        "retry": {"max_attempts": 1},
        "timeout": {"attempt": "3s", "settle": "20s"},
    }
    return ConnectorSpec.model_validate({**basic, **changes})


@dataclass(frozen=True, slots=True)
class Says:
    """What the bureau does with one request."""

    body: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    after: float = 0.01
    before: float = 0.0
    """Seconds until there is a connection, and the first byte leaves."""
    fails: type[Exception] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


ACCEPTED = Says({"job": "j1"}, 201)
RUNNING = Says({"state": "running"})
DONE = Says({"state": "done", "risk": "0.5"})
RESULT = Says({"risk": "0.5"})
LOST = Says(fails=Lost)
UNSENT = Says(fails=NotSent)
HANGS = Says(after=1000.0)
DOWN = Says(status=503)


@dataclass(slots=True)
class Script:
    """A transport: what it says by path, in turn, and the last of it for ever."""

    says: dict[str, list[Says]]
    sent: list[tuple[float, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """By call id, what was sent."""

    async def send(self, wire: Wire) -> WireReply:
        path = wire.target.partition("?")[0]
        says = next(acts for prefix, acts in self.says.items() if _leads(prefix, path))
        act = says.pop(0) if len(says) > 1 else says[0]
        if act.fails is NotSent:
            await asyncio.sleep(act.after)
            raise NotSent("acme")
        if act.before:
            await asyncio.sleep(act.before)
        wire.attempt.leave("acme")
        self.calls.append(wire.attempt.call_id)
        self.sent.append((round(asyncio.get_running_loop().time(), 2), path))
        await asyncio.sleep(act.after)
        if act.fails is not None:
            raise act.fails("acme")
        return WireReply(act.status, act.headers, write_json(act.body).encode())

    async def aclose(self) -> None:
        """Nothing is open."""

    def paths(self, prefix: str) -> int:
        return sum(_leads(prefix, path) for _, path in self.sent)


def _leads(prefix: str, path: str) -> bool:
    return path.startswith(prefix) if prefix.endswith("/") else path == prefix


@dataclass(slots=True)
class Store(JobsInMemory):
    """Takes a moment for each write, as a disk does, and can be down."""

    down: bool = False
    commit: float = 0.001

    async def _commit(self) -> None:
        if self.down:
            raise LedgerDown
        await asyncio.sleep(self.commit)

    async def open(self, job: Job) -> Job:
        await self._commit()
        return self.jobs.setdefault(job.key, job)

    async def update(self, job: Job) -> None:
        await self._commit()
        await JobsInMemory.update(self, job)

    async def end(self, job: Job, ended: Ended) -> None:
        await self._commit()
        await JobsInMemory.end(self, job, ended)

    async def kept(self, job: Job) -> Job | None:
        await self._commit()
        return await JobsInMemory.kept(self, job)

    async def find(self, key: str) -> Job | None:
        await self._commit()
        return self.jobs.get(key)

    async def callback(self, connector: str, correlation: str) -> Callback | None:
        await self._commit()
        return self.callbacks.get((connector, correlation))

    async def all_open(self) -> Sequence[Job]:
        return tuple(self.jobs.values())


@dataclass(frozen=True, slots=True)
class Shared:
    """A store as one of several processes has it: what it opens, and takes over, is its own."""

    store: Store
    instance: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def open(self, job: Job) -> Job:
        return await self.store.open(replace(job, instance=self.instance))

    async def take(self, job: Job) -> Job | None:
        await self.store.find(job.key)
        kept = self.store.jobs.get(job.key)
        if kept is None or kept.instance != job.instance:
            return None
        self.store.jobs[job.key] = replace(kept, instance=self.instance)
        return self.store.jobs[job.key]


def kit(ledger: FakeLedger) -> Kit:
    return Kit(
        clock=VirtualClock(),
        random=Random(7),
        secrets=FakeSecrets({"gate": GATE, "token": "k" * 32}),
        env={},
        ledger=ledger,
        cache=FakeCache(),
        observer=Quiet(),
        schema=schema(),
        cache_key=b"k" * 32,
        currency="EUR",
        files=Path(),
        callback_url="https://gateway.example",
    )


class Process:
    """One life of the gateway: what is not in the store dies with it."""

    def __init__(
        self,
        spec: ConnectorSpec,
        script: Script,
        store: Store,
        keys: tuple[bytes, ...] = (),
        instance: str = "",
    ) -> None:
        self.ledger, self.cache, self.store = FakeLedger(), FakeCache(), store
        self.script, self.jobs = script, cast("Any", Shared(store, instance))
        self.owned = Owned()
        tokens = Drawn(Random(f"{instance}{len(store.ends) + len(store.jobs)}"))
        tools = replace(kit(ledger=self.ledger), cache=self.cache, jobs=self.jobs, tokens=tokens)
        tools = replace(tools, answer_keys=keys)
        self.built: Built = spec.build(tools, BUREAU.build(tools, script), self.owned)

    @property
    def errands(self) -> Errands:
        assert isinstance(self.built.jobs, Errands)
        return self.built.jobs

    async def ask(self, within: float = 10.0, **changes: Any) -> Reply:
        return await self.built.call(question(within, **changes))

    async def call_back(self, state: str, job: str = "j1", **more: object) -> bool:
        """Do as the gateway's listener does."""
        body = write_json({"job": job, "state": state, **more}).encode()
        assert self.built.callback is not None
        callback = self.built.callback.read(Message({}, body, GATE))
        if callback.outcome is Outcome.PENDING or not await self.store.called_back(callback):
            return False
        self.errands.called_back(callback)
        return True

    async def crash(self) -> None:
        """Stop at once, with nothing settled and nothing written down."""
        mine = [*self.owned.tasks, *(errand.task for errand in self.errands.under_way)]
        for task in mine:
            task.cancel()
        if mine:
            await asyncio.wait(mine)

    async def restart(self) -> None:
        """Go on with all that an earlier process left behind."""
        for open_job in await self.store.all_open():
            self.errands.resume(open_job)

    async def aclose(self) -> None:
        await self.errands.aclose()
        await self.owned.settled()


class Quiet:
    """An observer that keeps nothing."""

    def asked(self, *_: object) -> None:
        """Nobody asks."""


def question(within: float = 10.0, **changes: Any) -> Query:
    at = asyncio.get_running_loop().time() + within
    stands = standing(**{name: changes.pop(name) for name in ("reuse",) if name in changes})
    basic = Query("acme", stands, lambda: at, subject={"id_number": "X1", "name": "ann"})
    return replace(basic, **changes)
