"""Never sent means that not one byte arrived, wherever the wire is cut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from connectors.contract import Transport, WireReply
from connectors.errors import ConnectorError, Lost, NotSent
from connectors.transport.http import Engine
from connectors.transport.tls import Tls
from tests.counts import count
from tests.standins import make_kit

from ..http_sending import Sending, wire
from ..wires import Certificates, Server, Visit, certify, serve
from .cut import ENDLESS, Wire, cut

ANSWER = b"the answer"
BODY = b"x" * 100
SEARCH = settings(
    max_examples=count(150, 2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

NEAR_A_MESSAGE = st.integers(0, 400)
NEAR_A_HANDSHAKE = st.integers(0, 2_500)


@dataclass
class Counting:
    """A bureau that knows what it was given of requests, less what a wire kept."""

    bytes: int = 0
    whole: int = 0

    async def __call__(self, visit: Visit) -> None:
        message = b""
        while data := await visit.reader.read(65536):
            self.bytes += len(data)
            message += data
            if message.endswith(BODY):
                self.whole += 1
                message = b""
                await visit.answer(ANSWER)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certify(tmp_path_factory.mktemp("cut"))


@pytest.fixture(scope="module")
def trust(certificates: Certificates) -> ssl.SSLContext:
    return Tls(ca="server.pem").build(make_kit(files=certificates.certificate.parent))


@dataclass
class Line:
    """A way to a bureau that can be cut."""

    bureau: Counting
    wire: Wire
    transport: Transport


@asynccontextmanager
async def line(
    engine: Engine, certificates: Certificates | None = None, trust: ssl.SSLContext | None = None
) -> AsyncIterator[Line]:
    bureau, between = Counting(), Wire()
    async with AsyncExitStack() as stack:
        context = certificates.server() if certificates else None
        server: Server = await stack.enter_async_context(serve(bureau, context))
        await stack.enter_async_context(cut(between, server.port))
        url = f"{'https' if trust else 'http'}://127.0.0.1:{between.port}"
        transport = await stack.enter_async_context(Sending(engine).to(url, None, trust))
        yield Line(bureau, between, transport)


async def hold(found: Line) -> None:
    """Send, and hold the error and the mark against what the bureau was given."""
    before = found.bureau.bytes
    sent = wire("POST", body=BODY)
    error = await failure_of(found.transport.send(sent))
    for _ in range(10):
        # What was on its way has arrived.
        await asyncio.sleep(0)
    given = found.bureau.bytes - before
    event(type(error).__name__)

    if isinstance(error, NotSent):
        assert (sent.attempt.sent, given) == (False, 0)
    else:
        assert type(error) in (Lost, type(None))
        assert sent.attempt.sent


async def failure_of(sending: Awaitable[WireReply]) -> ConnectorError | None:
    try:
        async with asyncio.timeout(20):
            reply = await sending
    except ConnectorError as error:
        return error
    assert reply.body == ANSWER
    return None


@pytest.mark.parametrize("engine", ["own", "aiohttp"])
@SEARCH
@given(up=NEAR_A_MESSAGE, down=NEAR_A_MESSAGE, reset=st.booleans(), warm=st.booleans())
async def test_who_has_not_sent_was_not_heard(
    engine: Engine, up: int, down: int, reset: bool, warm: bool
) -> None:
    async with line(engine) as found:
        if warm:
            await hold(found)
        found.wire.up, found.wire.down, found.wire.reset = up, down, reset
        await hold(found)
        found.wire.up = found.wire.down = ENDLESS
        await hold(found)

    assert found.bureau.whole <= 3


@pytest.mark.parametrize("engine", ["own", "aiohttp"])
@SEARCH
@given(up=NEAR_A_HANDSHAKE, down=NEAR_A_HANDSHAKE, reset=st.booleans())
async def test_who_has_not_sent_was_not_heard_under_tls(
    engine: Engine,
    up: int,
    down: int,
    reset: bool,
    certificates: Certificates,
    trust: ssl.SSLContext,
) -> None:
    async with line(engine, certificates, trust) as found:
        found.wire.up, found.wire.down, found.wire.reset = up, down, reset
        await hold(found)
        found.wire.up = found.wire.down = ENDLESS
        await hold(found)

    assert found.bureau.whole <= 2
