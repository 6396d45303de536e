"""Streams over a real socket: what flows, what waits, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from gateway.errors import ConnectorsUnavailable, Malformed
from gateway.rpc.engine.contract import (
    AnyMethod,
    Bidirectional,
    CallContext,
    Receive,
    Send,
    ServerStreaming,
)
from tests.e2e.serving import LOCAL, SERVICE, reason, serving

PATH, OTHER = f"/{SERVICE}/Any", f"/{SERVICE}/Other"
PERSON = "11010519491231002X"
MESSAGES, MESSAGE = 2_000, bytes(16 * 1024)
"""More than fits on the way between a server and a client of this machine, several times over."""


def streamed(wire: grpc.aio.Channel, path: str = PATH) -> Callable[..., Any]:
    method: Callable[..., Any] = wire.unary_stream(path)
    return method


def conversed(wire: grpc.aio.Channel) -> Callable[..., Any]:
    method: Callable[..., Any] = wire.stream_stream(PATH)
    return method


async def echo(receive: Receive, _: CallContext, send: Send) -> None:
    while (message := await receive()) is not None:
        await send(message)


async def idle() -> None:
    """Let this machine's sockets carry what they can carry."""
    for _ in range(50):
        await asyncio.sleep(0.002)


async def settled(count: Callable[[], int]) -> int:
    """Wait until something has stopped growing, and tell where."""
    last = -1
    while count() != last:
        last = count()
        await idle()
    return last


async def test_each_message_is_there_before_the_next_is_made() -> None:
    heard = asyncio.Event()

    async def method(body: bytes, context: CallContext, send: Send) -> None:
        assert context.deadline is not None
        await send(body + b"1")
        await heard.wait()
        await send(body + b"2")

    async with (
        serving({PATH: ServerStreaming(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = streamed(wire)(b"m", timeout=10)
        assert await call.read() == b"m1"
        heard.set()
        assert await call.read() == b"m2"
        assert await call.read() is grpc.aio.EOF


async def test_messages_pass_each_other_in_both_directions() -> None:
    async with (
        serving({PATH: Bidirectional(echo)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = conversed(wire)(timeout=10)
        for message in (b"a", b"b"):
            await call.write(message)
            assert await call.read() == message
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF
        assert await call.code() is grpc.StatusCode.OK


async def test_many_tasks_may_send_at_once() -> None:
    """grpcio fails the second of two writes under way."""

    async def method(_: bytes, __: CallContext, send: Send) -> None:
        await asyncio.gather(*(send(b"%d" % number) for number in range(200)))

    async with (
        serving({PATH: ServerStreaming(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        told = [message async for message in streamed(wire)(b"", timeout=10)]

    assert told == [b"%d" % number for number in range(200)]


@pytest.mark.parametrize(
    ("failure", "code", "why"),
    [
        (ConnectorsUnavailable(), grpc.StatusCode.UNAVAILABLE, "CONNECTORS_UNAVAILABLE"),
        (ValueError(PERSON), grpc.StatusCode.INTERNAL, "INTERNAL"),
        (asyncio.CancelledError(), grpc.StatusCode.INTERNAL, "INTERNAL"),
        (BaseExceptionGroup("", [ValueError(PERSON)]), grpc.StatusCode.INTERNAL, "INTERNAL"),
    ],
    ids=["refusal", "fault", "stray cancel", "group"],
)
async def test_a_stream_fails_after_what_it_has_told_and_says_no_more_than_a_call(
    failure: BaseException, code: grpc.StatusCode, why: str
) -> None:
    async def method(_: bytes, __: CallContext, send: Send) -> None:
        await send(b"told")
        raise failure

    async def conversation(_: Receive, context: CallContext, send: Send) -> None:
        await method(b"", context, send)

    methods: tuple[AnyMethod, ...] = (ServerStreaming(method), Bidirectional(conversation))
    for kind in methods:
        async with (
            serving({PATH: kind}) as served,
            grpc.aio.insecure_channel(served.target) as wire,
        ):
            one = isinstance(kind, ServerStreaming)
            call = streamed(wire)(b"", timeout=10) if one else conversed(wire)(timeout=10)
            assert await call.read() == b"told"
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call.read()

        assert caught.value.code() is code
        assert reason(caught.value) == why
        assert PERSON not in repr(caught.value) + repr(caught.value.trailing_metadata())
        assert len(served.incidents) == (why == "INTERNAL")


async def test_what_is_not_taken_stays_with_the_caller() -> None:
    """Nothing is read ahead: past the window of HTTP/2 the caller's own writes wait."""
    take = asyncio.Event()

    async def method(receive: Receive, _: CallContext, send: Send) -> None:
        await take.wait()
        await echo(receive, _, send)

    async with (
        serving({PATH: Bidirectional(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call, written = conversed(wire)(timeout=50), 0

        async def write() -> None:
            nonlocal written
            for _ in range(MESSAGES):
                await call.write(MESSAGE)
                written += 1
            await call.done_writing()

        writing = asyncio.create_task(write())
        assert 0 < await settled(lambda: written) < MESSAGES // 2
        take.set()
        assert len([each async for each in call]) == MESSAGES
        await writing


async def test_a_caller_who_reads_slowly_is_sent_no_more_than_fits_on_the_way() -> None:
    sent = 0

    async def method(body: bytes, _: CallContext, send: Send) -> None:
        nonlocal sent
        for _number in range(MESSAGES):
            await send(body)
            sent += 1

    async with (
        serving({PATH: ServerStreaming(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = streamed(wire)(MESSAGE, timeout=50)
        assert 0 < await settled(lambda: sent) < MESSAGES // 2
        assert len([each async for each in call]) == MESSAGES


async def test_a_message_over_the_limit_ends_the_stream_and_is_no_incident() -> None:
    ended = asyncio.Event()

    async def method(receive: Receive, _: CallContext, __: Send) -> None:
        try:
            while await receive() is not None:
                pass
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with (
        serving({PATH: Bidirectional(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = conversed(wire)(timeout=10)
        await call.write(b"small")
        await call.write(bytes(LOCAL.limits.message + 1))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        await ended.wait()

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert served.incidents == []


async def test_a_drain_takes_no_more_messages_and_lets_what_is_begun_end() -> None:
    """Its status says that what was not answered may be sent again: none of it was begun."""
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def method(receive: Receive, _: CallContext, send: Send) -> None:
        while (message := await receive()) is not None:
            begun.release()
            await go_on.wait()
            await send(message)

    async with (
        serving({PATH: Bidirectional(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = conversed(wire)(timeout=10)
        await call.write(b"begun")
        waiting = conversed(wire)(timeout=10)
        await waiting.write(b"begun too")
        await begun.acquire()
        await begun.acquire()
        await call.write(b"not begun")
        drain = asyncio.create_task(served.server.stop(grace=60))
        await idle()
        assert not drain.done()
        go_on.set()
        assert await call.read() == b"begun"
        assert await waiting.read() == b"begun too"
        for each in (call, waiting):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await each.read()
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert reason(caught.value) == "DRAINING"
            assert _retry_after(caught.value) > 0
        await drain

    assert served.incidents == []


async def test_a_drain_is_not_told_to_who_had_nothing_more_to_send() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def method(receive: Receive, _: CallContext, send: Send) -> None:
        assert await receive() == b"all"
        assert await receive() is None
        begun.set()
        await go_on.wait()
        await send(b"answer")

    async with (
        serving({PATH: Bidirectional(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = conversed(wire)(timeout=10)
        await call.write(b"all")
        await call.done_writing()
        await begun.wait()
        drain = asyncio.create_task(served.server.stop(grace=60))
        await idle()
        go_on.set()
        assert await call.read() == b"answer"
        assert await call.read() is grpc.aio.EOF
        await drain


async def test_a_drain_outlasted_cancels_streams_and_waits_for_what_they_still_write() -> None:
    written = 0

    async def method(receive: Receive, _: CallContext, send: Send) -> None:
        nonlocal written
        await send(b"begun")
        try:
            await receive()
            await asyncio.Event().wait()
        finally:
            await idle()
            written += 1

    async def stream(_: bytes, context: CallContext, send: Send) -> None:
        await method(lambda: asyncio.sleep(0, None), context, send)

    methods: dict[str, AnyMethod] = {PATH: Bidirectional(method), OTHER: ServerStreaming(stream)}
    async with (
        serving(methods) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call, open_too = conversed(wire)(timeout=10), streamed(wire, OTHER)(b"", timeout=10)
        assert await call.read() == await open_too.read() == b"begun"
        await served.server.stop(grace=0.05)
        assert written == 2

    assert served.incidents == []


class Busy:
    """Methods that count how many of them are under way."""

    def __init__(self) -> None:
        self.under_way = self.begun = 0

    async def conversation(self, receive: Receive, _: CallContext, send: Send) -> None:
        self.begun += 1
        self.under_way += 1
        try:
            async with asyncio.TaskGroup() as group:
                while (message := await receive()) is not None:
                    group.create_task(self._send(send, message))
        finally:
            self.under_way -= 1

    async def _send(self, send: Send, message: bytes) -> None:
        await send(message)

    async def stream(self, body: bytes, context: CallContext, send: Send) -> None:
        bodies = [body] * 50
        await self.conversation(
            lambda: asyncio.sleep(0, bodies.pop() if bodies else None), context, send
        )


async def come_and_go(wire: grpc.aio.Channel, random: Random) -> None:
    """Begin a stream, and give it up wherever it is by then."""
    body = bytes(random.randrange(20_000))
    if random.random() < 0.3:
        call = streamed(wire, OTHER)(body, timeout=10)
    else:
        call = conversed(wire)(timeout=10)
        for _ in range(random.randrange(5)):
            await call.write(body)
    await asyncio.sleep(random.choice((0, random.random() / 50)))
    if random.random() < 0.5:
        reading = asyncio.ensure_future(call.read())
        await asyncio.sleep(random.random() / 200)
        call.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    call.cancel()


async def test_callers_who_go_at_any_moment_leave_nothing_behind() -> None:
    """A cancel is told to the method as one, wherever it waits; it is nobody's fault."""
    busy, random = Busy(), Random(4)
    methods: dict[str, AnyMethod] = {
        PATH: Bidirectional(busy.conversation),
        OTHER: ServerStreaming(busy.stream),
    }
    async with serving(methods) as served:
        before = asyncio.all_tasks()
        async with grpc.aio.insecure_channel(served.target) as wire:
            for _ in range(15):
                await asyncio.gather(*(come_and_go(wire, random) for _ in range(20)))
        await served.server.stop(grace=10)
        assert busy.begun > 100
        assert busy.under_way == 0
        # grpc's own, of calls that were cancelled last, may still be on their way out.
        if left := asyncio.all_tasks() - before:
            await asyncio.wait(left, timeout=10)
        assert asyncio.all_tasks() - before == set()

    assert served.incidents == []


async def test_a_conversation_that_can_not_be_understood_is_malformed() -> None:
    async def method(receive: Receive, _: CallContext, __: Send) -> None:
        await receive()
        raise Malformed

    async with (
        serving({PATH: Bidirectional(method)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = conversed(wire)(timeout=10)
        await call.write(b"?")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()

    assert reason(caught.value) == "MALFORMED_REQUEST"


def _retry_after(error: grpc.aio.AioRpcError) -> float:
    (packed,) = (value for name, value in error.trailing_metadata() if name.endswith("-bin"))
    assert isinstance(packed, bytes)
    told = error_details_pb2.RetryInfo()
    (found,) = (
        each for each in status_pb2.Status.FromString(packed).details if each.Is(told.DESCRIPTOR)
    )
    found.Unpack(told)
    return float(told.retry_delay.ToTimedelta().total_seconds())
