"""The client against a real socket: what it repeats, and what it makes of a refusal."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import grpc
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from datachannel_client import (
    Broken,
    Client,
    ConsentFails,
    GatewayRefusal,
    InvalidRequest,
    NotAllowed,
    OutcomeUnknown,
    Retry,
    Tls,
    Unauthenticated,
    Unavailable,
    Violation,
)
from gateway import errors
from gateway.rpc.engine.contract import CallContext, Listener
from gateway.security.pki import generate
from gateway.security.tls import Tls as ServerTls
from gateway.subject.violation import Violation as Broke
from tests.e2e.serving import GET_USER_INFO, serving

REQUEST = pb.GetUserInfoRequest(inquiry_id="i1", product="identity")


class Gateway:
    """Fails as it is told, once for each error, and then answers."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.asked: list[str] = []
        self.contexts: list[CallContext] = []

    async def __call__(self, body: bytes, context: CallContext) -> bytes:
        self.asked.append(pb.GetUserInfoRequest.FromString(body).inquiry_id)
        self.contexts.append(context)
        if self._failures:
            raise self._failures.pop(0)
        report = report_pb2.Report(inquiry_id=self.asked[-1])
        return pb.GetUserInfoResponse(report=report).SerializeToString()


class Pauses:
    """Writes pauses down instead of taking them."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)

    def retry(self, attempts: int = 3) -> Retry:
        return Retry(attempts=attempts, random=Random(1), sleep=self)


class Wire:
    """A TCP connection through a proxy, which can be cut."""

    def __init__(self) -> None:
        self.asked = 0
        self._writers: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def to(self, target: str) -> AsyncIterator[str]:
        host, _, port = target.rpartition(":")

        async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection(host, int(port))
            self._writers += [writer, back]
            await asyncio.gather(_pump(reader, back), _pump(there, writer))

        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        async with server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await self.cut()

    async def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def ask(gateway: Gateway, retry: Retry, timeout: float = 10.0) -> report_pb2.Report:  # noqa: ASYNC109 - it is the gateway's
    async with (
        serving({GET_USER_INFO: gateway}) as served,
        Client(served.target, insecure=True, api_key="k", retry=retry) as client,
    ):
        return await client.get_user_info(REQUEST, timeout=timeout)


async def test_a_report_is_answered_and_the_key_went_along() -> None:
    gateway, pauses = Gateway(), Pauses()
    report = await ask(gateway, pauses.retry())

    assert report.inquiry_id == "i1"
    assert pauses.taken == []
    (context,) = gateway.contexts
    assert context.credentials.api_key == "k"
    assert context.deadline is not None


async def test_unavailable_is_asked_again_for_the_same_inquiry() -> None:
    """With the same id, so that whatever happened before is joined and not bought again."""
    gateway, pauses = Gateway(errors.LedgerUnavailable(), errors.PresetUnavailable()), Pauses()
    report = await ask(gateway, pauses.retry())

    assert report.inquiry_id == "i1"
    assert gateway.asked == ["i1"] * 3
    first, second = pauses.taken
    assert 1.0 <= first <= 1.1
    assert 0.1 <= second <= 0.3


async def test_retries_end() -> None:
    gateway, pauses = Gateway(*[errors.PresetUnavailable() for _ in range(9)]), Pauses()
    with pytest.raises(Unavailable) as caught:
        await ask(gateway, pauses.retry(attempts=2))

    assert len(gateway.asked) == 2
    assert caught.value.reason == "PRESET_UNAVAILABLE"
    assert caught.value.retry_after == pytest.approx(0.1)


async def test_a_pause_that_no_attempt_can_follow_is_not_taken() -> None:
    gateway, pauses = Gateway(errors.ConnectorsUnavailable()), Pauses()
    with pytest.raises(Unavailable):
        await ask(gateway, pauses.retry(), timeout=4.0)

    assert pauses.taken == []


BROKEN = (Broke("subject.id_number", "id_number.checksum", "has a wrong check digit"),)
REFUSALS: Sequence[tuple[Exception, type[GatewayRefusal]]] = [
    (errors.Malformed(), InvalidRequest),
    (errors.InvalidFields(BROKEN), InvalidRequest),
    (errors.Unauthenticated(), Unauthenticated),
    (errors.NotAllowed("PRODUCT_NOT_ALLOWED"), NotAllowed),
    (errors.ConsentFails("CONSENT_EXPIRED"), ConsentFails),
    (errors.OutcomeUnknown(("c1", "c2"), timed_out=False), OutcomeUnknown),
    (errors.OutcomeUnknown(("c1", "c2"), timed_out=True), OutcomeUnknown),
    (ValueError("a bug"), Broken),
]


@pytest.mark.parametrize(("failure", "kind"), REFUSALS, ids=lambda value: type(value).__name__)
async def test_nothing_else_is_repeated(failure: Exception, kind: type[GatewayRefusal]) -> None:
    gateway, pauses = Gateway(failure), Pauses()
    with pytest.raises(kind) as caught:
        await ask(gateway, pauses.retry())

    assert gateway.asked == ["i1"]
    assert pauses.taken == []
    assert caught.value.reason == getattr(failure, "reason", "INTERNAL")


async def test_a_refusal_says_what_to_correct() -> None:
    with pytest.raises(InvalidRequest) as caught:
        await ask(Gateway(errors.InvalidFields(BROKEN)), Retry())

    assert caught.value.violations == (
        Violation("subject.id_number", "id_number.checksum: has a wrong check digit"),
    )
    assert str(caught.value) == "INVALID_FIELDS: fields of the request are not valid"


async def test_a_refusal_says_what_may_have_been_bought() -> None:
    failure = errors.OutcomeUnknown(("c1", "c2"), timed_out=True)
    with pytest.raises(OutcomeUnknown) as caught:
        await ask(Gateway(failure), Retry())

    assert caught.value.call_ids == ("c1", "c2")
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_fault_of_the_gateway_has_a_number_to_ask_by() -> None:
    with pytest.raises(Broken) as caught:
        await ask(Gateway(ValueError("a bug")), Retry())

    assert len(caught.value.incident) == 16


async def test_a_gateway_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening
        pauses = Pauses()
        target = f"127.0.0.1:{taken.getsockname()[1]}"
        retry = pauses.retry()
        async with Client(target, insecure=True, retry=retry, connect_timeout=0.1) as client:
            with pytest.raises(Unavailable) as caught:
                await client.get_user_info(REQUEST)

    assert caught.value.reason == ""
    assert len(pauses.taken) == 2


async def test_a_call_whose_connection_breaks_is_not_repeated() -> None:
    """grpc calls that UNAVAILABLE; but the inquiry had arrived, and may be paid for."""
    wire = Wire()

    async def cuts(body: bytes, _: CallContext) -> bytes:
        wire.asked += 1
        await wire.cut()
        return body

    async with (
        serving({GET_USER_INFO: cuts}) as served,
        wire.to(served.target) as target,
        Client(target, insecure=True, retry=Pauses().retry()) as client,
    ):
        with pytest.raises(OutcomeUnknown) as caught:
            await client.get_user_info(REQUEST)

    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert wire.asked == 1


async def test_the_client_proves_itself_by_certificate(tmp_path: Path) -> None:
    pki = generate(tmp_path / "pki", datetime.now(UTC))
    ca = pki.ca.read_bytes()
    server = ServerTls(pki.server_cert.read_bytes(), pki.server_key.read_bytes(), ca)
    own = Tls(ca, pki.client_cert.read_bytes(), pki.client_key.read_bytes())
    gateway = Gateway()
    async with (
        serving({GET_USER_INFO: gateway}, Listener("127.0.0.1:0", server)) as served,
        Client(served.target, tls=own) as client,
    ):
        report = await client.get_user_info(REQUEST)

    assert report.inquiry_id == "i1"
    assert gateway.contexts[0].credentials.san


async def test_a_client_is_used_within_its_block() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Client("127.0.0.1:1", insecure=True).get_user_info(REQUEST)


def test_plain_text_and_certificates_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="exclude"):
        Client("127.0.0.1:1", insecure=True, tls=Tls())


def test_no_secret_prints_itself() -> None:
    assert "hidden" not in repr(Tls(key=b"hidden"))
    assert "hidden" not in repr(Client("127.0.0.1:1", insecure=True, api_key="hidden"))
