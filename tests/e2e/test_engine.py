"""What callers of a real socket see, and what they never see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2
from google.type import date_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from gateway.clock import LoopClock
from gateway.errors import Unauthenticated
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext, Limits, Listener
from gateway.rpc.engine.grpcio import GrpcioServer
from gateway.security.pki import CLIENT, generate
from gateway.security.tls import Tls
from tests.e2e.serving import GET_USER_INFO, LOCAL, SERVICE, call, echo, raw, reason, serving
from tests.inquiries import Line
from tests.inquiries import channel as door

PERSON = "11010519491231002X"
REQUEST = pb.GetUserInfoRequest(inquiry_id="i1", product="identity").SerializeToString()
BAD_DATE = pb.GetUserInfoRequest(
    subject=inquiry_pb2.Subject(date_of_birth=date_pb2.Date(year=2023, month=2, day=29))
).SerializeToString()


def channel(line: Line) -> DataChannel:
    names = count(1)
    return door(line, LoopClock(), lambda: f"r{next(names)}")


async def test_an_inquiry_is_answered() -> None:
    async with serving({GET_USER_INFO: channel(Line()).get_user_info}) as served:
        answer = pb.GetUserInfoResponse.FromString(await call(served.target, REQUEST))

    assert (answer.report.inquiry_id, answer.report.report_id) == ("i1", "r1")


async def test_a_call_is_described_as_it_came() -> None:
    """grpcio says None of a deadline that nobody set, whatever its stubs say."""
    seen: list[CallContext] = []

    async def look(body: bytes, context: CallContext) -> bytes:
        seen.append(context)
        return body

    now = asyncio.get_running_loop().time()
    async with (
        serving({GET_USER_INFO: look}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        await raw(wire)(b"")
        await raw(wire)(b"", timeout=60, metadata=(("x-api-key", "k"),))
        twice = (("x-api-key", "k"), ("x-api-key", "l"))
        await raw(wire)(b"", metadata=twice)

    first, second, third = seen
    assert first.method == GET_USER_INFO
    assert (first.deadline, first.credentials.api_key) == (None, None)
    assert first.peer.startswith("ipv4:127.0.0.1")
    assert second.deadline is not None
    assert now + 55 < second.deadline < now + 65
    assert second.credentials.api_key == "k"
    assert third.credentials.api_key == "k,l"


@pytest.mark.parametrize(
    ("body", "line", "code", "why"),
    [
        (b"\xff\xff", Line(), grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"),
        (BAD_DATE, Line(), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS"),
        (
            BAD_DATE,
            Line(admission=Unauthenticated()),
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
        ),
        (REQUEST, Line(fault=ValueError(PERSON)), grpc.StatusCode.INTERNAL, "INTERNAL"),
        # A cancel that nobody asked for would leave the caller waiting for ever.
        (REQUEST, Line(fault=asyncio.CancelledError()), grpc.StatusCode.INTERNAL, "INTERNAL"),
    ],
    ids=["malformed", "unreadable", "stranger", "fault", "stray cancel"],
)
async def test_a_refusal_has_its_code_and_its_reason(
    body: bytes, line: Line, code: grpc.StatusCode, why: str
) -> None:
    async with serving({GET_USER_INFO: channel(line).get_user_info}) as served:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(served.target, body)

    assert caught.value.code() is code
    assert reason(caught.value) == why


async def test_what_cannot_be_read_is_refused_as_anything_is() -> None:
    """Admission looks first, and the refusal is written down."""
    line = Line()
    async with serving({GET_USER_INFO: channel(line).get_user_info}) as served:
        with pytest.raises(grpc.aio.AioRpcError):
            await call(served.target, BAD_DATE)

    assert line.seen is not None
    assert line.refused is not None
    assert line.refused.violations[0].path == "subject.date_of_birth"
    assert line.ended is line.refused


async def test_no_text_of_an_exception_leaves_the_house(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """grpcio would send it to the caller, and log it with its traceback."""
    caplog.set_level(logging.DEBUG)
    line = Line(fault=ValueError(PERSON))
    async with serving({GET_USER_INFO: channel(line).get_user_info}) as served:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(served.target, REQUEST)

    out, err = capfd.readouterr()
    assert PERSON not in repr(caught.value) + repr(caught.value.trailing_metadata())
    assert PERSON not in out + err + caplog.text
    ((_, method, error),) = served.incidents
    assert (method, str(error)) == (GET_USER_INFO, PERSON)


async def test_an_incident_that_cannot_be_told_stays_inside() -> None:
    """The last guard: what fails while failing says nothing either."""

    def broken(*_: object) -> None:
        raise OSError(PERSON)

    async def fail(_: bytes, __: CallContext) -> bytes:
        raise ValueError(PERSON)

    server = GrpcioServer(LOCAL, {GET_USER_INFO: fail}, broken, LoopClock())
    port = await server.start()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(f"127.0.0.1:{port}", b"")
    await server.stop()

    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert caught.value.details() == "internal error"


async def test_a_message_over_the_limit_never_reaches_a_method() -> None:
    async def never(_: bytes, __: CallContext) -> bytes:
        raise AssertionError

    async with serving({GET_USER_INFO: never}) as served:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(served.target, bytes(LOCAL.limits.message + 1))

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not served.incidents


async def test_who_asks_more_at_once_than_a_connection_carries_waits_and_is_not_refused() -> None:
    """A stream refused looks like a broken call, which nobody can know to be unpaid."""
    listener = replace(LOCAL, limits=Limits(streams=10))

    async def slow(body: bytes, _: CallContext) -> bytes:
        await asyncio.sleep(0.01)
        return body

    async with (
        serving({GET_USER_INFO: slow}, listener) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        answers = await asyncio.gather(*(raw(wire)(b"%d" % n, timeout=20) for n in range(200)))

    assert answers == [b"%d" % n for n in range(200)]


async def test_health_answers_for_each_service() -> None:
    async with (
        serving({GET_USER_INFO: echo}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        health = health_pb2_grpc.HealthStub(wire)
        for name in ("", SERVICE):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        served.server.set_serving(SERVICE, serving=False)
        answer = await health.Check(health_pb2.HealthCheckRequest(service=SERVICE))
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await health.Check(health_pb2.HealthCheckRequest(service="nobody"))
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        listed = await health.List(health_pb2.HealthListRequest())
        assert set(listed.statuses) == {"", SERVICE}


@pytest.mark.parametrize("method", ["Check", "Watch"])
async def test_health_calls_bytes_that_do_not_parse_what_they_are(method: str) -> None:
    async with (
        serving({GET_USER_INFO: echo}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        watch: Callable[..., Any] = wire.unary_stream(f"/grpc.health.v1.Health/{method}")
        stream = watch(b"\xff")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stream.read()

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("wanted", [True, False])
async def test_reflection_answers_where_it_is_wanted(*, wanted: bool) -> None:
    asked = reflection_pb2.ServerReflectionRequest(list_services="")

    def questions() -> Iterator[reflection_pb2.ServerReflectionRequest]:
        yield asked

    async with (
        serving({GET_USER_INFO: echo}, replace(LOCAL, reflection=wanted)) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        if wanted:
            stub = reflection_pb2_grpc.ServerReflectionStub(wire)
            stream = stub.ServerReflectionInfo(questions())
            (answer,) = [each async for each in stream]
            names = {service.name for service in answer.list_services_response.service}
            assert {SERVICE, "grpc.health.v1.Health"} <= names
        else:
            # One message, and no stream of them: one that is refused while it writes has no status.
            name = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await wire.unary_unary(name)(asked.SerializeToString())
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_drain_says_so_and_waits_for_those_inside() -> None:
    """A watcher hears NOT_SERVING and is let go; it does not hold the drain up."""
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(body: bytes, _: CallContext) -> bytes:
        inside.set()
        await go_on.wait()
        return body

    async with (
        serving({GET_USER_INFO: slow}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        watch = health_pb2_grpc.HealthStub(wire).Watch(health_pb2.HealthCheckRequest())
        heard = aiter(watch)
        assert (await anext(heard)).status == health_pb2.HealthCheckResponse.SERVING
        waiting = asyncio.ensure_future(call(served.target, b"paid"))
        await inside.wait()
        drain = asyncio.create_task(served.server.stop(grace=60))

        assert (await anext(heard)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert [each async for each in heard] == []
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(served.target, b"late")
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert not drain.done()
        go_on.set()
        assert await waiting == b"paid"
        await drain


async def test_a_drain_waits_for_what_a_cancelled_call_still_writes() -> None:
    """grpcio alone would not: a row in a `finally` would be lost."""
    inside, cancelled, written = asyncio.Event(), asyncio.Event(), asyncio.Event()
    go_on = asyncio.Event()

    async def writes(body: bytes, _: CallContext) -> bytes:
        inside.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
            await go_on.wait()
            written.set()
        return body

    async with serving({GET_USER_INFO: writes}) as served:
        waiting = asyncio.ensure_future(call(served.target, b""))
        await inside.wait()
        drain = asyncio.create_task(served.server.stop(grace=0.0))
        await cancelled.wait()
        assert not drain.done()
        go_on.set()
        await drain
        assert written.is_set()
        with pytest.raises(grpc.aio.AioRpcError):
            await waiting


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:7443", "gateway.example:7443"])
def test_plain_text_never_leaves_the_machine(address: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Listener(address)


async def test_a_caller_is_known_by_its_certificate(tmp_path: Path) -> None:
    pki = generate(tmp_path / "pki", datetime.now(UTC))
    seen: list[CallContext] = []

    async def look(body: bytes, context: CallContext) -> bytes:
        seen.append(context)
        return body

    tls = Tls(pki.server_cert.read_bytes(), pki.server_key.read_bytes(), pki.ca.read_bytes())
    known = grpc.ssl_channel_credentials(
        pki.ca.read_bytes(), pki.client_key.read_bytes(), pki.client_cert.read_bytes()
    )
    stranger = grpc.ssl_channel_credentials(pki.ca.read_bytes())
    async with serving({GET_USER_INFO: look}, Listener("127.0.0.1:0", tls)) as served:
        async with grpc.aio.secure_channel(served.target, known) as wire:
            await raw(wire)(b"", timeout=10)
        async with grpc.aio.secure_channel(served.target, stranger) as wire:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await raw(wire)(b"", timeout=10)

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    (context,) = seen
    assert context.credentials.san == (CLIENT,)
