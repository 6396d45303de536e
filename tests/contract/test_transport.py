"""Laws that every transport keeps."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Attempt, Transport, Wire, WireReply
from connectors.errors import BrokeDown, ConnectorError, NotSent
from connectors.transport import AnyTransport, Http, Plugin, Sql
from connectors.transport.address import read_address
from connectors.transport.grpc import PORTS
from connectors.transport.http import Engine
from connectors.transport.replay import Replay
from tests.fault.grpc_bureau import answer, describe, serving
from tests.fault.grpc_bureau import config as grpc_config
from tests.fault.wires import Visit, serve
from tests.standins import make_kit

CANARY = "11010519491231002X"

Opened = Callable[[Path], AbstractAsyncContextManager[Transport]]


@asynccontextmanager
async def http(_: Path, engine: Engine = "own") -> AsyncIterator[Transport]:
    async def plays(visit: Visit) -> None:
        while True:
            request = await visit.request()
            if CANARY.encode() in request:
                visit.reset()
            await visit.answer(b"{}")

    async with serve(plays) as server:
        yield Http(engine=engine).build(make_kit(), "acme", server.url)


@asynccontextmanager
async def http_by_aiohttp(files: Path) -> AsyncIterator[Transport]:
    async with http(files, "aiohttp") as transport:
        yield transport


@asynccontextmanager
async def unreachable_http(_: Path, engine: Engine = "own") -> AsyncIterator[Transport]:
    async def plays(_: Visit) -> None:
        """Answers nobody: it is gone before anybody asks."""

    async with serve(plays) as server:
        url = server.url
    yield Http(engine=engine).build(make_kit(), "acme", url)


@asynccontextmanager
async def unreachable_http_by_aiohttp(files: Path) -> AsyncIterator[Transport]:
    async with unreachable_http(files, "aiohttp") as transport:
        yield transport


@asynccontextmanager
async def sql(files: Path) -> AsyncIterator[Transport]:
    with closing(sqlite3.connect(files / "lists.db")) as database, database:
        database.execute("create table t (a)")
    yield Sql(kind="sql", dsn="sqlite:///lists.db").build(make_kit(files=files), "acme")


@asynccontextmanager
async def unreachable_sql(files: Path) -> AsyncIterator[Transport]:
    dsn = "postgresql://nobody@127.0.0.1:1/none"
    yield Sql(kind="sql", dsn=dsn).build(make_kit(files=files), "acme")


@asynccontextmanager
async def grpc(files: Path) -> AsyncIterator[Transport]:
    async def plays(question: Any, _: object) -> object:
        if question.person.id_number == CANARY:
            raise ValueError(CANARY)
        return answer(files)

    async with serving(files, plays) as bureau:
        yield bureau.transport()


@asynccontextmanager
async def unreachable_grpc(files: Path) -> AsyncIterator[Transport]:
    describe(files)
    address = read_address("grpc://127.0.0.1:1", PORTS)
    yield grpc_config().build(make_kit(files=files), "acme", address, None, None)


class Listed:
    """A plug-in."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self._reached = config.get("reached", True)

    async def ask(
        self, request: Mapping[str, object], sending: Callable[[], None]
    ) -> tuple[int, Mapping[str, str], bytes]:
        if not self._reached:
            raise OSError
        sending()
        if CANARY in str(request):
            raise ValueError(CANARY)
        return 200, {"X-Id": "1"}, b"{}"


@asynccontextmanager
async def plugin(_: Path) -> AsyncIterator[Transport]:
    yield _plugin()


@asynccontextmanager
async def unreachable_plugin(_: Path) -> AsyncIterator[Transport]:
    yield _plugin(reached=False)


def _plugin(**config: object) -> Transport:
    name = f"{__name__}:Listed"
    model = Plugin.model_validate({"kind": "plugin", "class": name, "config": config})
    return model.build(replace(make_kit(), plugins=frozenset({name})), "acme")


@asynccontextmanager
async def replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([WireReply(200, {}, b"{}")])


@asynccontextmanager
async def broken_replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([BrokeDown("acme", "as told")])


@asynccontextmanager
async def unreachable_replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([NotSent("acme", "as told")])


GOOD = {
    "http": "/",
    "http_by_aiohttp": "/",
    "sql": "select 1",
    "grpc": "/",
    "plugin": "/",
    "replay": "/",
}
BAD = {
    "http": f"/?id={CANARY}",
    "http_by_aiohttp": f"/?id={CANARY}",
    "sql": f"select x{CANARY}",
    "grpc": "/",
    "plugin": f"/?id={CANARY}",
    "broken_replay": "/",
}
EMPTY = {"grpc": b"{}"}
BODIES = {"grpc": f'{{"person":{{"id_number":"{CANARY}"}}}}'.encode()}


@pytest.mark.parametrize(
    "opened", [http, http_by_aiohttp, sql, grpc, plugin, replay], ids=lambda opened: opened.__name__
)
async def test_an_answer_is_brought_back_and_the_attempt_is_sent(
    opened: Opened, tmp_path: Path
) -> None:
    wire = Wire(Attempt(), "GET", GOOD[opened.__name__], body=EMPTY.get(opened.__name__, b""))
    async with opened(tmp_path) as transport:
        reply = await transport.send(wire)
        await transport.aclose()

    assert reply.status == 200
    assert wire.attempt.sent
    assert all(name == name.lower() for name in reply.headers)


@pytest.mark.parametrize(
    "opened",
    [
        unreachable_http,
        unreachable_http_by_aiohttp,
        unreachable_sql,
        unreachable_grpc,
        unreachable_plugin,
        unreachable_replay,
    ],
    ids=lambda opened: opened.__name__,
)
async def test_who_can_not_be_reached_is_not_sent_to(opened: Opened, tmp_path: Path) -> None:
    body = b"{}" if "grpc" in opened.__name__ else b""
    wire = Wire(Attempt(), "GET", "/", body=body)
    async with opened(tmp_path) as transport:
        with pytest.raises(NotSent):
            await transport.send(wire)
        await transport.aclose()

    assert not wire.attempt.sent


@pytest.mark.parametrize(
    "opened",
    [http, http_by_aiohttp, sql, grpc, plugin, broken_replay],
    ids=lambda opened: opened.__name__,
)
async def test_what_fails_after_it_was_sent_quotes_nothing(opened: Opened, tmp_path: Path) -> None:
    body = BODIES.get(opened.__name__, b"")
    wire = Wire(Attempt(), "GET", BAD[opened.__name__], body=body)
    async with opened(tmp_path) as transport:
        if opened is grpc:
            # A status is an answer, and a bureau's own words are for its connector's rows.
            reply = await transport.send(wire)
            await transport.aclose()
            assert reply.headers["grpc-status"] == "UNKNOWN" and CANARY not in repr(reply)
            return
        with pytest.raises(ConnectorError) as caught:
            await transport.send(wire)
        await transport.aclose()

    assert not isinstance(caught.value, NotSent)
    assert wire.attempt.sent
    assert caught.value.connector == "acme"
    assert CANARY not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "opened", [http, http_by_aiohttp, sql, grpc, plugin, replay], ids=lambda opened: opened.__name__
)
async def test_it_can_be_closed_unused_and_twice(opened: Opened, tmp_path: Path) -> None:
    async with opened(tmp_path) as transport:
        running = asyncio.all_tasks()
        await transport.aclose()
        await transport.aclose()

        assert asyncio.all_tasks() <= running


@pytest.mark.parametrize(
    "opened", [http, http_by_aiohttp, sql, grpc, plugin], ids=lambda opened: opened.__name__
)
async def test_who_sends_after_the_close_has_not_sent(opened: Opened, tmp_path: Path) -> None:
    wire = Wire(Attempt(), "GET", GOOD[opened.__name__], body=EMPTY.get(opened.__name__, b""))
    async with opened(tmp_path) as transport:
        await transport.aclose()
        with pytest.raises(NotSent):
            await transport.send(wire)

    assert not wire.attempt.sent


async def test_a_script_keeps_what_it_was_sent_and_says_when_it_ends() -> None:
    transport = Replay([WireReply(200)])
    wire = Wire(Attempt(), "GET", "/")
    await transport.send(wire)

    assert transport.sent == [wire]
    with pytest.raises(AssertionError, match="request 2 has no reply"):
        await transport.send(wire)


@pytest.mark.parametrize(
    "config",
    [
        {"kind": "carrier_pigeon"},
        {"kind": "http", "verify": False},
        {"kind": "http", "engine": "httpx"},
        {"kind": "http", "connect_timeout": 300},
        {"kind": "http", "charset": "utf-9"},
        {"kind": "http", "max_response_size": "2MB"},
        {"kind": "http", "compression": "br"},
        {"kind": "sql"},
        {"kind": "grpc", "service": "a.B"},
        {"kind": "grpc", "service": "a/B", "method": "C", "descriptors": "x"},
        {"kind": "plugin"},
        {"kind": "plugin", "class": "os.system"},
        {"kind": "sql", "dsn": "sqlite:///x.db", "max_rows": 0},
    ],
)
def test_what_is_not_known_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AnyTransport).validate_python(config)
