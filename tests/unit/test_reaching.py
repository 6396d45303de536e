"""How a bureau's file says the way to it, and that nothing it says is ignored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Transport, WireReply
from connectors.errors import NeedInput
from connectors.faults import ConfigError
from connectors.message.draft import Draft, finish
from connectors.transport.replay import Replay
from tests.fault.grpc_bureau import answer, describe, question, serving
from tests.fault.http_sending import answers, wire
from tests.fault.wires import certify, serve
from tests.one_bureau import bureau
from tests.one_connector import question as inquiry
from tests.one_connector import sent
from tests.standins import make_kit

GRPC = {"kind": "grpc", "service": "acme.v1.Score", "method": "Ask", "descriptors": "acme.binpb"}
PLUGIN = {"kind": "plugin", "class": f"{__name__}:Kept"}
SQL = {"kind": "sql", "dsn": "sqlite:///x.db"}


class Kept:
    """A plug-in that only shows how it was made."""

    def __init__(self, config: dict[str, object]) -> None:
        self.config = config


def faults(files: Path, **changes: Any) -> list[tuple[str | int, ...]]:
    try:
        bureau(**changes).build(
            replace(make_kit(files=files), plugins=frozenset({PLUGIN["class"]}))
        )
    except ConfigError as error:
        return [one.at for one in error.findings]
    return []


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": None},
        {"base_url": None, "transport": GRPC},
        {"transport": PLUGIN},
        {"transport": SQL},
        {"base_url": None, "transport": SQL, "egress": {"hosts": ["db.example"]}},
        {"base_url": None, "transport": PLUGIN, "egress": {"hosts": ["db.example"]}},
        {"base_url": None, "transport": PLUGIN, "tls": {"ca": "x.pem"}},
        {"base_url": None, "transport": SQL, "headers": {"X": "y"}},
        {"egress": {"hosts": []}},
    ],
)
def test_a_key_that_would_be_ignored_is_refused(changes: dict[str, Any]) -> None:
    """Whoever writes `egress` relies on it."""
    with pytest.raises(ValidationError):
        bureau(**changes)


def test_tls_without_tls_is_told_at_load(tmp_path: Path) -> None:
    certify(tmp_path)
    describe(tmp_path)
    tls = {"ca": "server.pem"}

    assert faults(tmp_path, base_url="http://a.example", tls=tls) == [("tls",)]
    assert faults(tmp_path, base_url="https://a.example", tls=tls) == []
    assert faults(tmp_path, base_url="grpc://a.example", tls=tls, transport=GRPC) == [("tls",)]
    assert faults(tmp_path, base_url="grpcs://a.example", tls=tls, transport=GRPC) == []


def test_all_that_is_wrong_with_the_way_is_told_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        base_url="https://a.example/?x",
        tls={"ca": "none.pem"},
        egress={"hosts": ["a.example", "b c"]},
        headers={"X": "${secrets.none}"},
    )

    assert found == [("headers", "X"), ("base_url",), ("egress", "hosts", 1), ("tls", "ca")]


@pytest.mark.parametrize(
    ("base_url", "at"),
    [
        ("https://a.example", [("base_url",)]),
        ("grpc://a.example/path", [("base_url",)]),
        ("grpc://a.example", []),
        ("grpc://[::1]:9", []),
    ],
)
def test_a_grpc_bureau_is_a_host_and_a_port(tmp_path: Path, base_url: str, at: object) -> None:
    describe(tmp_path)

    assert faults(tmp_path, base_url=base_url, transport=GRPC) == at


async def test_a_grpc_bureau_is_asked_through_its_file(tmp_path: Path) -> None:
    async def plays(_: object, __: object) -> object:
        return answer(tmp_path, number=7)

    async with serving(tmp_path, plays) as server:
        spec = bureau(base_url="grpc://127.0.0.1:${env.PORT}", transport=GRPC)
        built = spec.build(make_kit(files=tmp_path, env={"PORT": str(server.port)}))
        reply = await built.transport.send(question())
        await built.transport.aclose()

    assert b'"number":7' in reply.body


def test_a_plug_in_is_made_of_rendered_texts(tmp_path: Path) -> None:
    config = {"key": "${secrets.key}", "hosts": ["${env.HOST:h}"], "deep": {"n": 3, "on": True}}
    spec = bureau(base_url=None, transport={**PLUGIN, "config": config})
    kit = make_kit(secrets={"key": "s3cret"})
    made: Any = spec.build(replace(kit, plugins=frozenset({PLUGIN["class"]}))).transport

    assert made._asks.config == {"key": "s3cret", "hosts": ["h"], "deep": {"n": 3, "on": True}}  # noqa: SLF001
    assert faults(
        tmp_path,
        base_url=None,
        transport={**PLUGIN, "config": {"key": "${secrets.none}", "x": {"y": ["${now}"]}}},
    ) == [("transport", "config", "key"), ("transport", "config", "x", "y", 0)]


def test_a_plug_in_that_is_not_listed_is_told_at_load() -> None:
    with pytest.raises(ConfigError) as caught:
        bureau(base_url=None, transport=PLUGIN).build(make_kit())

    assert caught.value.findings[0].at == ("transport", "class")


async def test_what_is_drafted_below_a_prefix_is_what_is_sent() -> None:
    async with serve(answers) as server:
        built = bureau(base_url=f"{server.url}/v1/").build(make_kit())
        draft = built.below(lambda _: Draft("GET", "/person"))({})
        await built.transport.send(finish(draft, wire().attempt))
        await built.transport.aclose()

    assert (built.prefix, built.host) == ("/v1", f"127.0.0.1:{server.port}")
    assert server.visits[0].requests[0].startswith(b"GET /v1/person HTTP/1.1\r\n")


async def test_a_login_stands_below_the_prefix_too() -> None:
    replay = Replay([WireReply(200, {}, b'{"token": "t"}')])
    auth = {
        "kind": "login",
        "request": {"path": "/login", "json": {}},
        "token_path": "token",
        "expires": {"after": "1h"},
    }
    await bureau(base_url="https://a.example/v1", auth=auth).build(make_kit(), replay).auth.values()

    assert replay.sent[0].target == "/v1/login"


@pytest.mark.parametrize("base_url", ["https://a.example", "${env.NOWHERE}"])
def test_a_test_need_not_say_where_its_bureau_is(base_url: str) -> None:
    replay: Transport = Replay([])
    built = bureau(base_url=base_url).build(make_kit(), replay)

    assert (built.transport, built.prefix) == (replay, "")


async def test_a_message_is_written_in_the_bureaus_charset_or_not_sent() -> None:
    of = bureau(transport={"kind": "http", "charset": "gbk"})
    request = {"path": "/score", "xml": "<n>${subject.name}</n>"}
    written = await sent(inquiry({"name": "测试", "id_number": "X"}), of, request=request)

    assert written.body == "<n>测试</n>".encode("gbk")
    with pytest.raises(NeedInput, match="gbk"):
        await sent(inquiry({"name": "\N{DUCK}", "id_number": "X"}), of, request=request)
