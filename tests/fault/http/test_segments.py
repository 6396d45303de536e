"""However an answer is cut into segments, it is the same answer."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import WireReply
from connectors.transport.http import Engine
from tests.counts import count

from ..http_sending import Sending, http, wire
from ..wires import Visit, serve

SEARCH = settings(
    max_examples=count(60, 2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
PACKED = http(compression="gzip")


@dataclass(frozen=True, slots=True)
class Answer:
    """One that keeps the rules, as bytes and as it is to be read."""

    written: bytes
    closes: bool
    read: WireReply


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    body = draw(st.binary(max_size=300) | st.just(b"\r\n\r\nHTTP/1.1 500 No\r\n\r\n"))
    status = draw(st.sampled_from([200, 201, 404, 503]))
    headers = {"x-id": "7", "server": "a b"}
    sent = body
    if draw(st.booleans()):
        headers["content-encoding"] = "gzip"
        sent = gzip.compress(body, mtime=0)
    framing = draw(st.sampled_from(["length", "chunks", "close"]))
    if framing == "length":
        headers["content-length"] = str(len(sent))
    elif framing == "chunks":
        headers["transfer-encoding"] = "chunked"
        sent = chunked(sent, draw(st.integers(1, 100)), draw(st.sampled_from([b"", b";a=b"])))
    lines = [f"HTTP/1.1 {status} Some Reason", *(f"{n.title()}: {v}" for n, v in headers.items())]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    written = EARLY * draw(st.integers(0, 2)) + head + sent
    return Answer(written, framing == "close", WireReply(status, headers, body))


def chunked(body: bytes, size: int, extension: bytes) -> bytes:
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    written = b"".join(b"%x%b\r\n%b\r\n" % (len(each), extension, each) for each in chunks)
    return written + b"0\r\nX-Sum: 1\r\n\r\n"


@pytest.mark.parametrize("engine", ["own", "aiohttp"])
@SEARCH
@given(answer=answers(), cuts=st.lists(st.integers(1, 700), max_size=12))
async def test_an_answer_is_the_same_in_any_segments(
    engine: Engine, answer: Answer, cuts: list[int]
) -> None:
    ends = sorted({cut for cut in cuts if cut < len(answer.written)} | {len(answer.written)})

    async def plays(visit: Visit) -> None:
        for _ in range(2):
            await visit.request()
            begin = 0
            for end in ends:
                visit.writer.write(answer.written[begin:end])
                # Each is read by itself: both sides are on one loop.
                for _ in range(3):
                    await asyncio.sleep(0)
                begin = end
            if answer.closes:
                return

    async with serve(plays) as server, Sending(engine).to(server.url, PACKED) as transport:
        replies = [await transport.send(wire()) for _ in range(2)]

    assert replies == [answer.read, answer.read]
    assert server.hits == 2
    assert len(server.visits) == (2 if answer.closes else 1)
