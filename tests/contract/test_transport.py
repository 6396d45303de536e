"""Laws that every transport keeps."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Attempt, Transport, Wire, WireReply
from connectors.errors import BrokeDown, ConnectorError, NotSent
from connectors.transport import AnyTransport, Http, Sql
from connectors.transport.replay import Replay
from tests.fault.wires import Visit, serve
from tests.standins import make_kit

CANARY = "11010519491231002X"

Opened = Callable[[Path], AbstractAsyncContextManager[Transport]]


@asynccontextmanager
async def http(_: Path) -> AsyncIterator[Transport]:
    async def plays(visit: Visit) -> None:
        while True:
            request = await visit.request()
            if CANARY.encode() in request:
                visit.reset()
            await visit.answer(b"{}")

    async with serve(plays) as server:
        yield Http().build(make_kit(), "acme", server.url)


@asynccontextmanager
async def unreachable_http(_: Path) -> AsyncIterator[Transport]:
    async def plays(_: Visit) -> None:
        """Answers nobody: it is gone before anybody asks."""

    async with serve(plays) as server:
        url = server.url
    yield Http().build(make_kit(), "acme", url)


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
async def replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([WireReply(200, {}, b"{}")])


@asynccontextmanager
async def broken_replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([BrokeDown("acme", "as told")])


@asynccontextmanager
async def unreachable_replay(_: Path) -> AsyncIterator[Transport]:
    yield Replay([NotSent("acme", "as told")])


GOOD = {"http": "/", "sql": "select 1", "replay": "/"}
BAD = {"http": f"/?id={CANARY}", "sql": f"select x{CANARY}", "broken_replay": "/"}


@pytest.mark.parametrize("opened", [http, sql, replay], ids=lambda opened: opened.__name__)
async def test_an_answer_is_brought_back_and_the_attempt_is_sent(
    opened: Opened, tmp_path: Path
) -> None:
    wire = Wire(Attempt(), "GET", GOOD[opened.__name__])
    async with opened(tmp_path) as transport:
        reply = await transport.send(wire)
        await transport.aclose()

    assert reply.status == 200
    assert wire.attempt.sent
    assert all(name == name.lower() for name in reply.headers)


@pytest.mark.parametrize(
    "opened",
    [unreachable_http, unreachable_sql, unreachable_replay],
    ids=lambda opened: opened.__name__,
)
async def test_who_can_not_be_reached_is_not_sent_to(opened: Opened, tmp_path: Path) -> None:
    wire = Wire(Attempt(), "GET", "/")
    async with opened(tmp_path) as transport:
        with pytest.raises(NotSent):
            await transport.send(wire)
        await transport.aclose()

    assert not wire.attempt.sent


@pytest.mark.parametrize("opened", [http, sql, broken_replay], ids=lambda opened: opened.__name__)
async def test_what_fails_after_it_was_sent_quotes_nothing(opened: Opened, tmp_path: Path) -> None:
    wire = Wire(Attempt(), "GET", BAD[opened.__name__])
    async with opened(tmp_path) as transport:
        with pytest.raises(ConnectorError) as caught:
            await transport.send(wire)
        await transport.aclose()

    assert not isinstance(caught.value, NotSent)
    assert wire.attempt.sent
    assert caught.value.connector == "acme"
    assert CANARY not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("opened", [http, sql, replay], ids=lambda opened: opened.__name__)
async def test_it_can_be_closed_unused_and_twice(opened: Opened, tmp_path: Path) -> None:
    async with opened(tmp_path) as transport:
        running = asyncio.all_tasks()
        await transport.aclose()
        await transport.aclose()

        assert asyncio.all_tasks() <= running


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
        {"kind": "http", "connect_timeout": 300},
        {"kind": "http", "charset": "utf-9"},
        {"kind": "http", "max_response_size": "2MB"},
        {"kind": "sql"},
        {"kind": "sql", "dsn": "sqlite:///x.db", "max_rows": 0},
    ],
)
def test_what_is_not_known_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AnyTransport).validate_python(config)
