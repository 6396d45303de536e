"""Compressed answers: read where they were asked for, and never further than we are ready to."""

from __future__ import annotations

import gzip
import zlib

import pytest

from connectors.errors import NotSent, Unreadable
from connectors.transport.http import Http

from ..http_sending import Sending, http, wire
from ..wires import Play, Visit, serve

PERSON = b'{"name": "11010519491231002X"}'
PACKED = http(compression="gzip")


def says(body: bytes, encoding: str) -> Play:
    async def plays(visit: Visit) -> None:
        await visit.request()
        await visit.answer(body, f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}")
        await visit.hung_up()

    return plays


def bare(body: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return pack.compress(body) + pack.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(PERSON, mtime=0), "gzip"),
        (gzip.compress(PERSON, mtime=0), "X-GZIP"),
        (zlib.compress(PERSON), "deflate"),
        (bare(PERSON), "deflate"),
        (PERSON, "identity"),
    ],
)
async def test_what_was_asked_for_is_unpacked(sending: Sending, body: bytes, encoding: str) -> None:
    async with serve(says(body, encoding)) as server, sending.to(server.url, PACKED) as opened:
        reply = await opened.send(wire())

    assert reply.body == PERSON
    assert b"Accept-Encoding: gzip, deflate\r\n" in server.visits[0].requests[0]


@pytest.mark.parametrize(
    ("config", "encoding"),
    [(Http(), "gzip"), (PACKED, "br"), (PACKED, "zstd"), (PACKED, "gzip, gzip")],
)
async def test_what_was_not_asked_for_is_no_answer(
    sending: Sending, config: Http, encoding: str
) -> None:
    async with serve(says(gzip.compress(PERSON, mtime=0), encoding)) as server:
        error = await sending.failure(server, wire(), config)

    assert type(error) is Unreadable
    assert error.note == "an encoding that was not asked for"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_not_set_off(sending: Sending, encoding: str) -> None:
    plain = b"\0" * 2**26
    bomb = gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain)
    async with serve(says(bomb, encoding)) as server:
        error = await sending.failure(server, wire(), PACKED)
        by_size = await sending.failure(
            server, wire(), http(compression="gzip", max_response_size="1KiB")
        )

    assert len(bomb) < 2**17
    assert type(error) is type(by_size) is Unreadable
    assert by_size.note == "answer over max_response_size"


async def test_a_ratio_that_no_real_answer_has_is_refused_below_the_size_too(
    sending: Sending,
) -> None:
    async with serve(says(gzip.compress(b"\0" * 2**20), "gzip")) as server:
        error = await sending.failure(server, wire(), PACKED)

    assert error.note == "answer over the ratio of a compressed one"


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(PERSON, mtime=0)[:-1],
        gzip.compress(PERSON, mtime=0) + b"more",
        gzip.compress(PERSON, mtime=0)[:-8] + b"\0" * 8,
        PERSON,
    ],
    ids=["cut off", "more", "another sum", "not packed"],
)
async def test_what_can_not_be_unpacked_is_no_answer_and_is_not_quoted(
    sending: Sending, body: bytes
) -> None:
    async with serve(says(body, "gzip")) as server:
        error = await sending.failure(server, wire(), PACKED)

    assert type(error) is Unreadable
    assert "11010519491231002X" not in f"{error!r} {error.__cause__!r}"


async def test_an_empty_answer_may_call_itself_compressed(sending: Sending) -> None:
    async with serve(says(b"", "gzip")) as server, sending.to(server.url, PACKED) as opened:
        assert (await opened.send(wire())).body == b""


async def test_who_sends_after_the_close_has_not_sent(sending: Sending) -> None:
    async with serve(says(b"", "identity")) as server, sending.to(server.url) as opened:
        await opened.send(wire())
        await opened.aclose()
        with pytest.raises(NotSent):
            await opened.send(wire())
