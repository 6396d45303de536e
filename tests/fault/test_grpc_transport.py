"""A bureau that speaks gRPC: exact both ways, and never two calls for one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest

from connectors.codec.json import read_json
from connectors.contract import Wire
from connectors.errors import Lost, NeedInput, NotSent, Unreadable
from connectors.faults import ConfigError
from connectors.message.request import Request
from connectors.transport.address import read_address
from connectors.transport.egress import Allowed
from connectors.transport.grpc import PORTS
from connectors.transport.tls import Tls
from tests.standins import make_kit

from .grpc_bureau import Context, Play, answer, config, describe, question, serving
from .wires import certify

CANARY = "11010519491231002X"


def gives(folder: Path, **values: Any) -> Play:
    async def play(_: object, __: Context) -> Any:
        return answer(folder, **values)

    return play


def refuses(code: grpc.StatusCode, details: str = CANARY) -> Play:
    async def play(_: object, context: Context) -> Any:
        await context.abort(code, details, (("x-reason", "why"),))

    return play


async def test_json_becomes_a_message_and_a_message_exact_json(tmp_path: Path) -> None:
    play = gives(
        tmp_path,
        person={"id_number": CANARY, "level": 1},
        number=2**63 - 1,
        rate=0.1,
        short_rate=0.1,
        photo=b"\x00\xff",
        level=7,
        at={"seconds": 1_760_000_000},
        took={"seconds": 1, "nanos": 500_000_000},
        more={"a": 1.0, "b": [0.5, None]},
        big={"value": -(2**63)},
        loans=[{"age": 3}],
        counts={"x": 2**64 - 1},
    )
    asked = (
        b'{"person":{"idNumber":"%s","level":"LEVEL_LOW"},"number":9007199254740993}'
        % CANARY.encode()
    )
    async with serving(tmp_path, play) as bureau:
        transport = bureau.transport()
        sent = question(asked, **{"X-Key": "k", "Content-Type": "application/json"})
        reply = await transport.send(sent)
        await transport.aclose()

    assert bureau.asked[0].person.id_number == CANARY
    assert bureau.asked[0].number == 9007199254740993
    assert bureau.metadata[0]["x-key"] == "k"
    assert bureau.metadata[0].get("content-type", "application/grpc") == "application/grpc"
    assert sent.attempt.sent
    assert (reply.status, reply.headers["grpc-status"]) == (200, "OK")
    assert reply.body.decode() == (
        f'{{"person":{{"id_number":"{CANARY}","age":0,"level":"LEVEL_LOW"}},'
        '"number":9223372036854775807,"rate":0.1,"short_rate":0.1,"photo":"AP8=","level":7,'
        '"at":"2025-10-09T08:53:20Z","took":"1.500s","more":{"a":1,"b":[0.5,null]},'
        '"big":-9223372036854775808,"loans":[{"id_number":"","age":3,"level":"LEVEL_UNSPECIFIED"}],'
        '"counts":{"x":18446744073709551615},"text":""}'
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [("NOT_FOUND", 404), ("INVALID_ARGUMENT", 400), ("PERMISSION_DENIED", 403), ("INTERNAL", 500),
     ("UNAUTHENTICATED", 401), ("RESOURCE_EXHAUSTED", 429), ("UNIMPLEMENTED", 501)],
)  # fmt: skip
async def test_a_status_is_an_answer_by_name_and_by_number(
    tmp_path: Path, code: str, status: int
) -> None:
    async with serving(tmp_path, refuses(grpc.StatusCode[code])) as bureau:
        transport = bureau.transport()
        reply = await transport.send(question())
        await transport.aclose()

    assert (reply.status, reply.headers["grpc-status"]) == (status, code)
    assert reply.headers["x-reason"] == "why"
    assert read_json(reply.body.decode()) == {}


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"])
async def test_what_a_broken_connection_says_too_is_lost_and_not_asked_again(
    tmp_path: Path, code: str
) -> None:
    sent = question()
    async with serving(tmp_path, refuses(grpc.StatusCode[code])) as bureau:
        transport = bureau.transport()
        with pytest.raises(Lost) as caught:
            await transport.send(sent)
        await transport.aclose()

    assert len(bureau.asked) == 1
    assert sent.attempt.sent
    assert CANARY not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_who_is_not_there_is_never_sent_to_and_told_of_at_once(tmp_path: Path) -> None:
    describe(tmp_path)
    sent = question()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = read_address(f"grpc://127.0.0.1:{taken.getsockname()[1]}", PORTS)
        transport = config(connect_timeout="20s").build(
            make_kit(files=tmp_path), "a", address, None, None
        )
        async with asyncio.timeout(10):
            with pytest.raises(NotSent):
                await transport.send(sent)
        await transport.aclose()

    assert not sent.attempt.sent


async def test_who_does_not_answer_the_connection_is_never_sent_to(tmp_path: Path) -> None:
    describe(tmp_path)
    sent = question()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = read_address(f"grpc://127.0.0.1:{silent.getsockname()[1]}", PORTS)
        transport = config(connect_timeout="100ms").build(
            make_kit(files=tmp_path), "a", address, None, None
        )
        with pytest.raises(NotSent, match="TimeoutError"):
            await transport.send(sent)
        await transport.aclose()

    assert not sent.attempt.sent


async def test_a_bureau_that_comes_back_is_found_again(tmp_path: Path) -> None:
    async with serving(tmp_path, gives(tmp_path)) as bureau:
        transport = bureau.transport()
        await transport.send(question())
        port = bureau.port
    with pytest.raises((NotSent, Lost)):
        await transport.send(question())
    with pytest.raises(NotSent):
        await transport.send(question())
    assert port
    await transport.aclose()


async def test_an_answer_over_the_cap_is_no_rate_limit(tmp_path: Path) -> None:
    """Under the same status: and a rate limit is free, and asked again."""
    async with serving(tmp_path, gives(tmp_path, text="x" * 5000)) as bureau:
        transport = bureau.transport(config(max_response_size="1KiB"))
        with pytest.raises(Unreadable, match="max_response_size"):
            await transport.send(question())
        await transport.aclose()

    assert len(bureau.asked) == 1


async def test_metadata_over_the_cap_is_no_rate_limit_either(tmp_path: Path) -> None:
    async def floods(_: object, context: Context) -> Any:
        await context.send_initial_metadata((("x-much", "x" * 100_000),))
        return answer(tmp_path)

    async with serving(tmp_path, floods) as bureau:
        transport = bureau.transport()
        with pytest.raises((Unreadable, Lost)):
            await transport.send(question())
        await transport.aclose()


@pytest.mark.parametrize(
    "body", [b'{"nobody": 1}', b'{"number": "11010519491231002X"}', b"[]", b"", b"\xff"]
)
async def test_what_does_not_fit_the_message_is_never_sent_and_not_quoted(
    tmp_path: Path, body: bytes
) -> None:
    sent = question(body)
    async with serving(tmp_path, gives(tmp_path)) as bureau:
        transport = bureau.transport()
        with pytest.raises(NeedInput) as caught:
            await transport.send(sent)
        await transport.aclose()

    assert not sent.attempt.sent and not bureau.asked
    assert CANARY not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_who_stops_waiting_cancels_the_call(tmp_path: Path) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def hangs(_: object, __: Context) -> Any:
        began.set()
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    async with serving(tmp_path, hangs) as bureau:
        transport = bureau.transport()
        sending = asyncio.create_task(transport.send(question()))
        await began.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await ended.wait()
        await transport.aclose()


async def test_a_close_under_a_call_is_an_answer_lost(tmp_path: Path) -> None:
    began = asyncio.Event()

    async def hangs(_: object, __: Context) -> Any:
        began.set()
        await asyncio.sleep(30)

    async with serving(tmp_path, hangs) as bureau:
        transport = bureau.transport()
        sending = asyncio.create_task(transport.send(question()))
        await began.wait()
        await transport.aclose()
        with pytest.raises(Lost):
            await sending
        with pytest.raises(NotSent):
            await transport.send(question())


async def test_we_are_known_by_our_certificate_and_know_the_bureau_by_its_own(
    tmp_path: Path,
) -> None:
    ours, theirs = certify(tmp_path, "ours"), certify(tmp_path, "theirs")
    play = gives(tmp_path)
    async with serving(tmp_path, play, theirs, ours.certificate) as bureau:
        known = bureau.transport(
            tls=Tls(ca="theirs.pem", client_cert="ours.pem", client_key="ours.key")
        )
        assert (await known.send(question())).status == 200
        for stranger in (Tls(ca="ours.pem"), Tls(ca="theirs.pem")):
            refused, sent = bureau.transport(tls=stranger), question()
            with pytest.raises((NotSent, Lost)):
                await refused.send(sent)
            await refused.aclose()
        await known.aclose()

    assert len(bureau.asked) == 1


async def test_tls_verifies_the_name_and_not_the_address(tmp_path: Path) -> None:
    theirs = certify(tmp_path, "theirs")
    async with serving(tmp_path, gives(tmp_path), theirs) as bureau:
        allowed = Allowed.of(["api.example", "127.0.0.1"])
        transport: Any = bureau.transport(
            tls=Tls(ca="theirs.pem"), allowed=allowed, host="api.example"
        )
        object.__setattr__(transport._door, "look_up", _home)  # noqa: SLF001 (a resolver of ours)
        with pytest.raises(NotSent):
            await transport.send(question())
        await transport.aclose()

    assert not bureau.asked


async def _home(_: str, __: int) -> Sequence[str]:
    return ("127.0.0.1",)


async def test_the_egress_rules_hold(tmp_path: Path) -> None:
    async with serving(tmp_path, gives(tmp_path)) as bureau:
        transport = bureau.transport(host="localhost")
        with pytest.raises(NotSent) as caught:
            await transport.send(question())
        await transport.aclose()

    assert caught.value.note == "egress: loopback address"


async def test_no_proxy_is_taken_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("grpc_proxy", "http://127.0.0.1:1")
    async with serving(tmp_path, gives(tmp_path)) as bureau:
        transport = bureau.transport()
        assert (await transport.send(question())).status == 200
        await transport.aclose()


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"descriptors": "none.binpb"}, "descriptors"),
        ({"descriptors": "broken.binpb"}, "descriptors"),
        ({"descriptors": "../acme.binpb"}, "descriptors"),
        ({"service": "acme.v1.Scores"}, "service"),
        ({"method": "Tell"}, "method"),
        ({"method": "Watch"}, "method"),
    ],
)
def test_what_the_descriptors_do_not_have_is_told_at_load(
    tmp_path: Path, changes: dict[str, str], at: str
) -> None:
    describe(tmp_path)
    (tmp_path / "broken.binpb").write_bytes(b"\xff\xff")
    address = read_address("grpc://127.0.0.1:1", PORTS)
    with pytest.raises(ConfigError) as caught:
        config(**changes).build(make_kit(files=tmp_path), "a", address, None, None)

    assert caught.value.findings[0].at == ("transport", at)


def test_descriptors_without_what_they_import_are_told_at_load(tmp_path: Path) -> None:
    describe(tmp_path, imports=False)
    with pytest.raises(ConfigError, match="include_imports"):
        config().check(make_kit(files=tmp_path), Request.model_validate({"json": {}}))


@pytest.mark.parametrize(
    ("tree", "at"),
    [
        ({"persn": {}}, ("persn",)),
        ({"person": {"id": "${subject.id_number}"}}, ("person", "id")),
        ({"person": {"age": "old"}}, ("person", "age")),
        ({"person": {"level": "LEVEL_HIGH"}}, ("person", "level")),
        ({"person": ["${subject.id_number}"]}, ("person",)),
        ({"products": "one"}, ("products",)),
        ({"products": ["one", 2]}, ("products", 1)),
        ({"number": 2**63}, ("number",)),
        ({"labels": {"a": 1}}, ("labels", "a")),
    ],
)
def test_a_request_that_can_not_be_the_message_is_told_at_load(
    tmp_path: Path, tree: object, at: tuple[str | int, ...]
) -> None:
    describe(tmp_path)
    with pytest.raises(ConfigError) as caught:
        config().check(make_kit(files=tmp_path), Request.model_validate({"json": tree}))

    assert [one.at for one in caught.value.findings] == [("json", *at)]


def test_of_a_request_that_fits_only_what_does_not_is_told(tmp_path: Path) -> None:
    describe(tmp_path)
    fits = {
        "person": {"idNumber": "${subject.id_number}", "age": 3, "level": "LEVEL_LOW"},
        "products": ["a", "${call.reference}"],
        "asked_at": "${now | date('%Y-%m-%dT%H:%M:%SZ')}",
        "number": "${now | unix}",
        "labels": {"any": "thing"},
    }
    kit = make_kit(files=tmp_path)
    config().check(kit, Request.model_validate({"json": fits}))
    with pytest.raises(ConfigError) as caught:
        config().check(kit, Request.model_validate({"json": fits | {"unheard_of": 1}}))

    assert [one.at for one in caught.value.findings] == [("json", "unheard_of")]


@pytest.mark.parametrize(
    "more",
    [
        {"path": "/x", "json": {}},
        {"form": {"a": "b"}},
        {},
        # What would fail only once the attempt counts as sent.
        {"json": {}, "headers": {"X-Key-bin": "a"}},
        {"json": {}, "headers": {"X~Key": "a"}},
    ],
)
def test_a_grpc_bureau_is_asked_by_json_alone(tmp_path: Path, more: dict[str, Any]) -> None:
    describe(tmp_path)
    with pytest.raises(ConfigError):
        config().check(make_kit(files=tmp_path), Request.model_validate(more))


@pytest.mark.parametrize("sent", [question(b"{}", **{"grpc-timeout": "1n"})])
async def test_what_grpc_says_itself_no_connector_says(tmp_path: Path, sent: Wire) -> None:
    async with serving(tmp_path, gives(tmp_path)) as bureau:
        transport = bureau.transport()
        assert (await transport.send(sent)).status == 200
        await transport.aclose()
