"""Parts of the gateway by themselves, in this process: microseconds of CPU a turn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom

from datachannel.v1 import data_channel_service_pb2 as pb
from pydantic import TypeAdapter

from connectors.assembly import assemble
from connectors.connector import Connector
from connectors.contract import Attempt, ConsentRef, Query, Reply, Standing, Wire, WireReply
from connectors.kit import Ending, Kit
from connectors.mapping import Rows
from connectors.policy.reuse.cache_key import compile_key, told_apart
from connectors.words import Effect, Purpose
from gateway.app import Gateway, Streams, running
from gateway.catalog.reading import read_catalog
from gateway.clock import LoopClock
from gateway.fields.schema import schema
from gateway.inquiries.kept.fingerprint import Fingerprint
from gateway.model import Credentials
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext
from gateway.rpc.translate_report import ReportTranslation
from gateway.security.keys import Keys
from gateway.security.secrets import ChainedSecrets, SecretVariables
from gateway.store.cache.memory import MemoryCache
from gateway.telemetry.observer import QueryCounters

from .bureau_answer import LARGE, SIZE, answer, more
from .inquiries import PATH, Inquiries
from .load import API_KEY
from .people import id_number, mobile
from .serve import CONFIG

ROUNDS = 7

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Canned:
    """A transport that has the answer already, and a ledger that writes nothing."""

    body: bytes = b""

    async def send(self, wire: Wire) -> WireReply:
        wire.attempt.leave("acme")
        return WireReply(200, {"content-type": "application/json"}, self.body)

    async def aclose(self) -> None: ...

    async def intent(self, query: Query, effect: Effect) -> None: ...

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One connector, its parts and a query for it."""

    connector: Connector
    query: Query
    key: Callable[[Query], str]


def part(env: Mapping[str, str], body: bytes, rows: Mapping[str, object]) -> Part:
    """Build a connector that is answered with `body`, and maps `rows` besides its own."""
    clock = LoopClock()
    master = Keys.of(env["BENCH_SECRET_MASTER_KEY"], "bench")
    catalog, _ = read_catalog(CONFIG)
    kit = Kit(
        clock=clock,
        random=SystemRandom(),
        secrets=ChainedSecrets((SecretVariables(env, "BENCH_SECRET_"),)),
        env=env,
        ledger=_Canned(),
        cache=MemoryCache(clock, largest=2**20),
        observer=QueryCounters(),
        schema=schema(),
        cache_key=master.cache,
        currency="CNY",
        files=CONFIG,
    )
    bureau = catalog.bureaus["credit_bureau"].spec.build(kit, _Canned(body))
    spec = catalog.connectors["credit"].spec
    added = TypeAdapter[Rows](Rows).validate_python(rows)
    spec = spec.model_copy(update={"mapping": {**spec.mapping, **added}})
    parts = assemble(spec, kit, bureau)
    if parts.main is None:
        raise ValueError("the bench asks by a request")
    told = told_apart(parts.references, ())
    return Part(
        parts.main.connector, _query(), compile_key(master.cache, ("credit@1.0.0", *told), told)
    )


def _query() -> Query:
    now = datetime.now(UTC)
    standing = Standing(
        tenant="lender",
        caller="load",
        inquiry_id="i",
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=ConsentRef("c", now, now + timedelta(days=1)),
        subject_token="t",  # noqa: S106 - a hash, in production
        config_version="v",
    )
    subject = {
        "name": "测试甲",
        "id_number": id_number(1),
        "mobile": mobile(1),
        "date_of_birth": now.date(),
    }
    attempt = Attempt(our_reference="r" * 20)
    return Query("credit", standing, lambda: 0.0, attempt=attempt, subject=subject)


async def parts(env: Mapping[str, str]) -> Figures:
    """Take one connector apart, with an answer of the usual size and with a large one."""
    usual = part(env, answer(SIZE), {})
    figures = await _taken_apart(usual, answer(SIZE), "2 KB", "25 fields")
    figures["cache key"] = _each(lambda: usual.key(usual.query))
    large = part(env, answer(LARGE), more())
    return figures | await _taken_apart(large, answer(LARGE), "30 KB", "120 fields", turns=200)


async def _taken_apart(
    one: Part, body: bytes, size: str, fields: str, turns: int = 1000
) -> Figures:
    connector, query = one.connector, one.query
    scope = connector._scope(query, {})  # noqa: SLF001 - what is measured has no door of its own
    reading = connector.reading
    reply = WireReply(200, {}, body)
    document = reading.decode(reply).document
    wire = connector._wire  # noqa: SLF001
    attempts = await _each_awaited(lambda: connector(query), turns)
    return {
        f"one attempt, {size}, without network": attempts,
        f"  {size}: render, sign, encode": _each(lambda: wire(query, scope, {}, ()), turns),
        f"    {size}: template render alone": _each(lambda: connector.request.draft(scope), turns),
        f"  {size}: decode, classify, map": _each(lambda: reading(reply, scope), turns),
        f"    {size}: decode": _each(lambda: reading.decode(reply), turns),
        f"    {size}: map {fields}, serialise": _each(lambda: reading.mapping(document), turns),
    }


async def without_grpc(env: Mapping[str, str], work: Path, turns: int = 200) -> Figures:
    """Run the whole gateway but its gRPC engine: cached inquiries, one after the other."""
    with (work / "small.log").open("a") as log:
        async with running(CONFIG, env, Streams(log, log)) as gateway:
            ask = asking(gateway)
            await ask()
            spent = await _each_awaited(ask, turns=turns)
            answered = await ask()
    report = pb.GetUserInfoResponse.FromString(answered)
    return {
        "cached inquiry, without gRPC": spent,
        "  serialise its report": _each(report.SerializeToString),
        "  parse its report": _each(lambda: pb.GetUserInfoResponse.FromString(answered)),
    }


def asking(gateway: Gateway) -> Callable[[], Awaitable[bytes]]:
    """Give what asks the same thing again and again, past the gRPC engine."""
    view = gateway.assembled.view(gateway.settings.billing_currency)
    inquiries = Inquiries()
    channel = DataChannel(
        gateway.composed.pipeline,
        gateway.composed.desk,
        gateway.assembled.callers.identify,
        ReportTranslation(view.connectors, gateway.settings.billing_currency),
        Fingerprint(b"k" * 32),
        LoopClock(),
    )
    asked = 0

    async def ask() -> bytes:
        nonlocal asked
        asked += 1
        deadline = asyncio.get_running_loop().time() + 10
        context = CallContext(PATH, deadline, Credentials(api_key=API_KEY), "ipv4:127.0.0.1:1")
        return await channel.get_user_info(inquiries.about(7, f"small-{asked}"), context)

    return ask


def _each(turn: Callable[[], object], turns: int = 1000) -> float:
    figures = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(turns):
            turn()
        figures.append((time.process_time() - begun) / turns * 1e6)
    return statistics.median(figures)


async def _each_awaited(turn: Callable[[], Awaitable[object]], turns: int = 500) -> float:
    figures = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(turns):
            await turn()
        figures.append((time.process_time() - begun) / turns * 1e6)
    return statistics.median(figures)
