"""The client's streams against a real socket: what it hears, and what it sends again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, nullcontext

import grpc
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from datachannel_client import (
    BatchAnswer,
    Client,
    Event,
    InvalidRequest,
    NotAllowed,
    OutcomeUnknown,
    Unauthenticated,
    Unavailable,
)
from datachannel_client.feed import MOST_OPEN
from gateway import errors
from gateway.rpc.engine.contract import Bidirectional, CallContext, Receive, Send, ServerStreaming
from gateway.rpc.status import status
from tests.e2e.serving import SERVICE, serving
from tests.e2e.test_client import Pauses, Wire

STREAM, BATCH = f"/{SERVICE}/StreamUserInfo", f"/{SERVICE}/BatchGetUserInfo"
REQUEST = pb.GetUserInfoRequest(inquiry_id="i1", product="identity")
REFUSED = status(errors.NotAllowed("PRODUCT_NOT_ALLOWED"))


def answer(name: str) -> bytes:
    told = pb.ConnectorAnswer(result=report_pb2.ConnectorResult(connector=name))
    return pb.StreamUserInfoResponse(answer=told).SerializeToString()


def report(name: str = "i1") -> bytes:
    told = report_pb2.Report(inquiry_id=name)
    return pb.StreamUserInfoResponse(report=told).SerializeToString()


class Streaming:
    """Plays one script after another: what is sent, and what is raised."""

    def __init__(self, *scripts: list[bytes | Exception]) -> None:
        self.scripts = list(scripts)
        self.asked: list[str] = []
        self.contexts: list[CallContext] = []

    async def __call__(self, body: bytes, context: CallContext, send: Send) -> None:
        self.asked.append(pb.GetUserInfoRequest.FromString(body).inquiry_id)
        self.contexts.append(context)
        for act in self.scripts.pop(0):
            if isinstance(act, Exception):
                raise act
            await send(act)

    async def hear(self, pauses: Pauses) -> list[Event]:
        async with (
            serving({STREAM: ServerStreaming(self)}) as served,
            Client(served.target, insecure=True, api_key="k", retry=pauses.retry()) as client,
        ):
            self.heard = [event async for event in client.stream_user_info(REQUEST)]
        return self.heard


def names(events: list[Event]) -> list[str]:
    return [
        each.result.connector
        if isinstance(each, pb.ConnectorAnswer)
        else f"report {each.inquiry_id}"
        for each in events
    ]


async def test_connectors_are_heard_and_then_the_report() -> None:
    streaming = Streaming([answer("a"), answer("b"), report()])

    assert names(await streaming.hear(Pauses())) == ["a", "b", "report i1"]
    (context,) = streaming.contexts
    assert context.credentials.api_key == "k"
    assert context.deadline is not None


async def test_a_stream_that_has_told_nothing_and_bought_nothing_is_asked_for_again() -> None:
    pauses = Pauses()
    streaming = Streaming([errors.LedgerUnavailable()], [answer("a"), report()])

    assert names(await streaming.hear(pauses)) == ["a", "report i1"]
    assert streaming.asked == ["i1", "i1"]
    assert len(pauses.taken) == 1


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        ([answer("a"), errors.ConnectorsUnavailable()], Unavailable),
        ([errors.NotAllowed("PRODUCT_NOT_ALLOWED")], NotAllowed),
        ([answer("a"), errors.OutcomeUnknown(("c1",), timed_out=False)], OutcomeUnknown),
        ([answer("a")], OutcomeUnknown),
    ],
    ids=["told", "refused", "unknown", "cut short"],
)
async def test_no_other_stream_is(
    script: list[bytes | Exception], refusal: type[Exception]
) -> None:
    pauses, streaming = Pauses(), Streaming(script)
    with pytest.raises(refusal):
        await streaming.hear(pauses)

    assert streaming.asked == ["i1"]
    assert pauses.taken == []


async def test_who_stops_listening_stops_being_told() -> None:
    gone = asyncio.Event()

    async def method(_: bytes, __: CallContext, send: Send) -> None:
        try:
            await send(answer("a"))
            await asyncio.Event().wait()
        finally:
            gone.set()

    async with (
        serving({STREAM: ServerStreaming(method)}) as served,
        Client(served.target, insecure=True) as client,
    ):
        async with aclosing(client.stream_user_info(REQUEST)) as events:
            first = await anext(events)
            assert not gone.is_set()
        async with asyncio.timeout(5):
            await gone.wait()
    assert names([first]) == ["a"]


Act = Callable[[pb.BatchGetUserInfoRequest], bytes | Exception | None]


class Batching:
    """Answers items as it is told, one stream after another."""

    def __init__(self, *acts: Act, cuts: bool = False) -> None:
        self.acts = list(acts)
        self.cuts = cuts
        self.seen: list[list[str]] = []
        self.wire = Wire()

    async def __call__(self, receive: Receive, _: CallContext, send: Send) -> None:
        self.seen.append([])
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        while (body := await receive()) is not None:
            item = pb.BatchGetUserInfoRequest.FromString(body)
            self.seen[-1].append(item.inquiry.inquiry_id)
            told = act(item)
            if isinstance(told, ConnectionError):
                await self.wire.cut()
            elif isinstance(told, Exception):
                raise told
            elif told is not None:
                await send(told)

    @asynccontextmanager
    async def client(self, pauses: Pauses) -> AsyncIterator[Client]:
        async with (
            serving({BATCH: Bidirectional(self)}) as served,
            self.wire.to(served.target) if self.cuts else nullcontext(served.target) as target,
            Client(target, insecure=True, retry=pauses.retry()) as client,
        ):
            yield client

    async def run(self, ids: str, pauses: Pauses | None = None) -> list[BatchAnswer]:
        async with self.client(pauses or Pauses()) as client:
            return [each async for each in client.batch_get_user_info(items(ids), timeout=20)]


async def raised(answers: AsyncIterator[BatchAnswer], kind: type[Exception]) -> list[str]:
    """Give what was answered before a batch failed."""
    heard = []
    try:
        async for each in answers:
            heard.append(each.inquiry_id)  # noqa: PERF401 - it fails, and what came before counts
    except kind:
        return heard
    pytest.fail("it did not fail")


def items(ids: str) -> Iterator[pb.BatchGetUserInfoRequest]:
    for each in ids:
        yield pb.BatchGetUserInfoRequest(inquiry=pb.GetUserInfoRequest(inquiry_id=each))


def reported(item: pb.BatchGetUserInfoRequest) -> bytes:
    name = item.inquiry.inquiry_id
    told = report_pb2.Report(inquiry_id=name)
    return pb.BatchGetUserInfoResponse(inquiry_id=name, report=told).SerializeToString()


def until(last: str, end: Exception) -> Act:
    """Report on items, and end the stream at one."""

    def act(item: pb.BatchGetUserInfoRequest) -> bytes | Exception:
        return end if item.inquiry.inquiry_id == last else reported(item)

    return act


async def test_each_answer_is_a_report_or_a_refusal() -> None:
    def act(item: pb.BatchGetUserInfoRequest) -> bytes:
        name = item.inquiry.inquiry_id
        if name != "b":
            return reported(item)
        return pb.BatchGetUserInfoResponse(inquiry_id=name, status=REFUSED).SerializeToString()

    answers = await Batching(act).run("abc")

    assert [each.inquiry_id for each in answers] == ["a", "b", "c"]
    assert [each.report and each.report.inquiry_id for each in answers] == ["a", None, "c"]
    refusal = answers[1].refusal
    assert isinstance(refusal, NotAllowed)
    assert refusal.code is grpc.StatusCode.PERMISSION_DENIED
    assert refusal.reason == "PRODUCT_NOT_ALLOWED"


@pytest.mark.parametrize(
    "end", [errors.Draining(), errors.LedgerUnavailable(), ConnectionError()], ids=repr
)
async def test_what_a_broken_stream_left_unanswered_is_sent_again(end: Exception) -> None:
    """By the same ids, so that whatever was begun of it is joined or replayed, and not bought."""
    pauses, batching = (
        Pauses(),
        Batching(until("c", end), reported, cuts=isinstance(end, ConnectionError)),
    )
    answers = await batching.run("abcdef", pauses)

    assert [each.inquiry_id for each in answers] == list("abcdef")
    first, second = batching.seen
    assert first[:3] == ["a", "b", "c"]
    # Where the connection itself is cut, an answer may be lost with it that had left already.
    lost = {"a", "b"} if isinstance(end, ConnectionError) else set()
    assert [each for each in second if each not in lost] == list("cdef")
    # Nor may one that was cut be there again at the first try.
    assert len(pauses.taken) == 1 or (lost and pauses.taken)


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        (errors.Unauthenticated(), Unauthenticated),
        (errors.Malformed(), InvalidRequest),
        (errors.OutcomeUnknown((), timed_out=True), OutcomeUnknown),
    ],
)
async def test_a_stream_that_the_gateway_ends_for_good_is_not_taken_up(
    end: Exception, refusal: type[Exception]
) -> None:
    pauses, batching = Pauses(), Batching(until("b", end))
    with pytest.raises(refusal):
        await batching.run("ab", pauses)

    assert len(batching.seen) == 1
    assert pauses.taken == []


async def test_streams_that_come_to_nothing_are_given_up_and_those_that_get_on_are_not() -> None:
    draining = errors.Draining()
    batching = Batching(*(until(each, draining) for each in "bcdefg"), reported)
    assert len(await batching.run("abcdefgh")) == 8
    assert len(batching.seen) == 7

    hopeless = Batching(until("a", draining))
    with pytest.raises(Unavailable):
        await hopeless.run("ab")
    assert len(hopeless.seen) == 3


async def test_a_batch_that_its_time_ends_is_not_taken_up() -> None:
    async def hangs(_: Receive, __: CallContext, ___: Send) -> None:
        await asyncio.Event().wait()

    pauses = Pauses()
    async with (
        serving({BATCH: Bidirectional(hangs)}) as served,
        Client(served.target, insecure=True, retry=pauses.retry()) as client,
    ):
        with pytest.raises(OutcomeUnknown) as caught:
            await anext(client.batch_get_user_info(items("ab"), timeout=0.3))

    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert pauses.taken == []


async def test_a_stream_that_says_it_is_whole_and_lacks_answers_is_not_believed() -> None:
    with pytest.raises(OutcomeUnknown):
        await Batching(lambda item: None if item.inquiry.inquiry_id == "b" else reported(item)).run(
            "abc"
        )


async def test_what_is_wrong_with_the_items_is_raised_when_those_before_are_answered() -> None:
    def broken() -> Iterator[pb.BatchGetUserInfoRequest]:
        yield from items("ab")
        raise LookupError("of the caller's own")

    async with Batching(reported).client(Pauses()) as client:
        assert await raised(client.batch_get_user_info(broken()), LookupError) == ["a", "b"]
        assert await raised(client.batch_get_user_info(items("cc")), ValueError) == ["c"]


async def test_items_are_drawn_no_faster_than_they_are_answered() -> None:
    drawn = 0

    async def endless() -> AsyncIterator[pb.BatchGetUserInfoRequest]:
        nonlocal drawn
        while True:
            drawn += 1
            yield pb.BatchGetUserInfoRequest(inquiry=pb.GetUserInfoRequest(inquiry_id=str(drawn)))

    before = asyncio.all_tasks()
    first_only = Batching(lambda item: reported(item) if item.inquiry.inquiry_id == "1" else None)
    async with first_only.client(Pauses()) as client:
        async with aclosing(client.batch_get_user_info(endless())) as answers:
            async for _ in answers:
                break
            last = 0
            while drawn != last:
                last = drawn
                await asyncio.sleep(0.1)
        assert MOST_OPEN <= drawn <= MOST_OPEN + 4

    assert {each for each in asyncio.all_tasks() - before if "client" in repr(each)} == set()
