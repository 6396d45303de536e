"""The gateway from its front door to the wire, life after life on one ledger."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

import orjson
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from connectors.errors import LedgerDown
from connectors.kit import Drawn, Kit
from connectors.rehearsal.jobs import JobsInMemory
from gateway.catalog.assembly import Assembled, assemble
from gateway.catalog.dry_run import kit_of
from gateway.catalog.reading import Catalog, read_catalog
from gateway.composition import Composed, Lasting, compose
from gateway.fillers import Recall
from gateway.inquiries.kept.fingerprint import Fingerprint
from gateway.limits import CallerSpending
from gateway.model import Credentials
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext
from gateway.rpc.translate_report import ReportTranslation
from gateway.security.keys import Keys
from gateway.store.ledger.keeping.means import Means
from gateway.store.ledger.reading.history import LedgerHistory
from gateway.store.ledger.sqlite.connecting import prepare
from gateway.store.ledger.sqlite.opening import inline
from gateway.store.ledger.stored import StoredLedger
from gateway.store.sealing import Sealer
from tests.config_folder import ConfigFolder
from tests.onion.fakes import FakeCache
from tests.standins import anything
from tests.virtual import START, VirtualClock

from ..heads_in_memory import HeadsInMemory

PURPOSE = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
DEADLINE = 5.0
LEDGER_KEY = b"l" * 32

BUREAU = """\
name: acme
transport: {kind: plugin, class: "tests.inquiry.world:Wire"}
"""

CONNECTOR = """\
name: NAME
bureau: acme
effect: EFFECT
billing: {price: {amount: "0.50", currency: CNY}, unbilled: [BUREAU_ERROR]}
policy: {purposes: [CREDIT_ORIGINATION], consent: required}
retry: {max_attempts: 1}
timeout: {attempt: 3s, settle: 30s}
request:
  path: /NAME
  json: {id: "${subject.id_number}"}
outcomes:
  - {outcome: HIT, status: 200, body: {code: "0"}}
  - {outcome: BUREAU_ERROR, status: 503}
mapping:
  TARGET: {path: value, type: ratio}
"""

PRODUCT = """\
name: credit
fields: [fraud, credit_summary]
purposes: [CREDIT_ORIGINATION]
connectors:
  - {connector: score, required: true}
  - {connector: extra}
"""

CALLER = """\
name: NAME
tenant: TENANT
identities: {san: [NAME]}
products: [credit]
purposes: [CREDIT_ORIGINATION]
"""


@dataclass(frozen=True, slots=True)
class Act:
    """What the bureau does with one message."""

    after: float = 0.1
    """Seconds until it answers."""
    before: float = 0.0
    """Seconds until the message reaches it."""
    status: int = 200
    sends: bool = True
    """Whether the message reaches it."""


HIT = Act()
SLOW = Act(after=10.0)
HANG = Act(after=1000.0)
UNSENT = Act(sends=False)
DOWN = Act(status=503)


@dataclass
class Script:
    """The bureau: by path what it does in turn, and the last of it for ever."""

    acts: dict[str, list[Act]] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)

    async def play(self, path: str, sending: Callable[[], None]) -> tuple[int, bytes]:
        acts = self.acts.setdefault(path, [HIT])
        act = acts.pop(0) if len(acts) > 1 else acts[0]
        await asyncio.sleep(act.before)
        if not act.sends:
            await asyncio.sleep(act.after)
            raise ConnectionError
        sending()
        self.hits[path] += act.status == 200
        await asyncio.sleep(act.after)
        return act.status, orjson.dumps({"code": "0", "value": 0.5})


_CATALOGS: dict[str, Catalog] = {}
"""Read once: they are the same for most tests."""

SCRIPTS: list[Script] = []
"""The last is the one that is played."""

DATABASES: list[sqlite3.Connection] = []
"""Of the worlds of one test, closed at its end."""


class Wire:
    """A plug-in that asks the script."""

    def __init__(self, _: Mapping[str, object]) -> None:
        self._script = SCRIPTS[-1]

    async def ask(
        self, request: Mapping[str, object], sending: Callable[[], None]
    ) -> tuple[int, Mapping[str, str], bytes]:
        path = str(request["path"]).strip("/")
        status, body = await self._script.play(path, sending)
        return status, {}, body


class Mortal:
    """A ledger's port as one process has it: it is gone with the process."""

    def __init__(self, ledger: StoredLedger) -> None:
        self._ledger = ledger
        self.dead = False
        self.closing_takes = 0.0
        """Seconds until an inquiry's end is written down."""

    async def close_claim(self, *end: Any) -> None:
        if self.closing_takes:
            await asyncio.sleep(self.closing_takes)
        await self.__getattr__("close_claim")(*end)

    def __getattr__(self, name: str) -> Any:
        if self.dead:
            raise LedgerDown
        return getattr(self._ledger, name)


class Quiet:
    """A log that keeps the lines of inquiries."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def inquiry(self, line: Any) -> None:
        self.lines.append(line)


@dataclass
class Life:
    """One process."""

    composed: Composed
    channel: DataChannel
    ledger: StoredLedger
    mortal: Mortal
    assembled: Assembled
    log: Quiet

    async def ask(
        self, request: pb.GetUserInfoRequest, caller: str = "scoring", within: float = DEADLINE
    ) -> Any:
        context = self._context("GetUserInfo", caller, within)
        answer = await self.channel.get_user_info(request.SerializeToString(), context)
        return pb.GetUserInfoResponse.FromString(answer).report

    async def come_back(self, inquiry_id: str, caller: str = "scoring") -> Any:
        body = pb.GetInquiryRequest(inquiry_id=inquiry_id).SerializeToString()
        context = self._context("GetInquiry", caller, DEADLINE)
        return pb.GetInquiryResponse.FromString(await self.channel.get_inquiry(body, context))

    async def settled(self) -> None:
        await self.assembled.owned.settled()
        await self.composed.desk.inquiries.settled()

    async def end(self) -> None:
        await self.settled()
        await self.ledger.aclose()

    async def crash(self) -> None:
        """Stop at once: nothing more is written, and nobody is answered."""
        self.mortal.dead = True
        mine = asyncio.all_tasks() - {asyncio.current_task()}
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)

    @staticmethod
    def _context(method: str, caller: str, within: float) -> CallContext:
        deadline = asyncio.get_running_loop().time() + within
        path = f"/datachannel.v1.DataChannelService/{method}"
        return CallContext(path, deadline, Credentials(san=(caller,)), "ipv4:127.0.0.1:1")


@dataclass
class World:
    """What outlives a process."""

    folder: ConfigFolder
    connection: sqlite3.Connection
    script: Script = field(default_factory=Script)
    jobs: JobsInMemory = field(default_factory=JobsInMemory)
    heads: HeadsInMemory = field(default_factory=lambda: HeadsInMemory(LEDGER_KEY))
    recall: Recall = field(default_factory=anything)
    """The preset database."""
    lives: int = 0

    @classmethod
    def at(cls, root: Path, effect: str = "chargeable") -> World:
        folder = ConfigFolder(root / "config", files())
        for name in ("score", "extra"):
            file = f"connectors/{name}.yaml"
            folder.files[file] = folder.files[file].replace("EFFECT", effect)
        (root / "config").mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(":memory:", isolation_level=None)
        DATABASES.append(connection)
        connection.deserialize(_ledger())
        return cls(folder, connection)

    async def crash_while_asked(self) -> None:
        """Start a process, ask it, and let it die while a bureau hangs."""
        life = await self.life()
        asking = asyncio.create_task(life.ask(self.request()))
        await asyncio.sleep(1)
        await life.crash()
        await asyncio.gather(asking, return_exceptions=True)

    async def life(self, **changes: Any) -> Life:
        """Start a process on what the last one has left."""
        self.lives += 1
        SCRIPTS.append(self.script)
        random = Random(self.lives)
        clock = VirtualClock()
        sealer = Sealer("1", {"1": b"r" * 32}, random)
        means = Means(clock, random, "CNY", LEDGER_KEY, sealer)
        ledger = inline(self.connection, means, self.heads)
        await ledger.start()
        mortal = Mortal(ledger)
        catalog = self._catalog()
        history = LedgerHistory(ledger.reading)
        callers = [entry.spec for entry in catalog.callers.values()]
        spending = CallerSpending.of(callers, clock, history)
        ports = {"ledger": mortal, "history": history, "spending": spending}
        kit = replace(self._kit(catalog, random), **cast("Any", ports), **changes)
        keys = Keys.of("ab" * 32, "test")
        assembled = assemble(catalog, kit, keys, self.recall)
        log = Quiet()
        composed = compose(
            assembled, keys, kit, cast("Any", mortal), Lasting(spending), cast("Any", log)
        )
        channel = DataChannel(
            composed.pipeline,
            composed.desk,
            assembled.callers.identify,
            ReportTranslation(assembled.view("CNY").connectors, "CNY"),
            Fingerprint(keys.fingerprint),
            clock,
        )
        return Life(composed, channel, ledger, mortal, assembled, log)

    def request(self, inquiry_id: str = "i-1", number: str = "X1") -> pb.GetUserInfoRequest:
        request = pb.GetUserInfoRequest(
            inquiry_id=inquiry_id,
            product="credit",
            purpose=PURPOSE,
            subject=inquiry_pb2.Subject(id_number=number),
            consent=inquiry_pb2.Consent(id="c-1", purposes=[PURPOSE], recipients=["acme"]),
        )
        request.consent.expires_at.FromDatetime(START.replace(year=2030))
        return request

    @property
    def hits(self) -> Mapping[str, int]:
        return self.script.hits

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def states(self) -> dict[str, str]:
        return dict(self.rows("SELECT inquiry_id, state FROM claims"))

    def decisions(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT decision FROM inquiries ORDER BY seq")]

    def _catalog(self) -> Catalog:
        text = str(self.folder.files)
        if text not in _CATALOGS:
            _CATALOGS[text] = read_catalog(self.folder.write())[0]
        return _CATALOGS[text]

    def _kit(self, catalog: Catalog, random: Random) -> Kit:
        kit = kit_of(catalog, {}, "CNY", frozenset({"tests.inquiry.world:Wire"}))
        return replace(
            kit,
            clock=VirtualClock(),
            random=random,
            tokens=Drawn(random),
            cache=FakeCache(),
            jobs=self.jobs,
            cache_key=b"k" * 32,
        )


def files() -> dict[str, str]:
    connector = CONNECTOR.replace
    return {
        "bureaus/acme.yaml": BUREAU,
        "connectors/score.yaml": connector("NAME", "score").replace("TARGET", "fraud.gang_risk"),
        "connectors/extra.yaml": connector("NAME", "extra").replace(
            "TARGET", "credit_summary.revolving_utilisation"
        ),
        "products/credit.yaml": PRODUCT,
        **{
            f"callers/{name}.yaml": CALLER.replace("NAME", name).replace("TENANT", tenant)
            for name, tenant in (("scoring", "lender"), ("colleague", "lender"), ("other", "rival"))
        },
    }


@cache
def _ledger() -> bytes:
    """Make the tables once: it takes longer than any test."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        prepare(connection, LEDGER_KEY)
        return connection.serialize()
