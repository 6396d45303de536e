"""What the HTTP transport makes of bureaus that break off, lie, drip, or are not there."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from connectors.errors import Lost, NotSent, Unreadable

from ..http_sending import Sending, answers, http, wire
from ..wires import Visit, certify, serve


async def test_a_refused_port_is_never_sent(sending: Sending) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can be there
        sent = wire("POST")
        async with sending.to(f"http://127.0.0.1:{taken.getsockname()[1]}") as transport:
            with pytest.raises(NotSent):
                await transport.send(sent)

    assert not sent.attempt.sent


async def test_a_name_that_leads_nowhere_is_never_sent(sending: Sending) -> None:
    sent = wire()
    async with sending.to("http://bureau.invalid") as transport:
        with pytest.raises(NotSent):
            await transport.send(sent)

    assert not sent.attempt.sent


async def test_waiting_for_the_pool_is_never_sent(sending: Sending) -> None:
    async def holds(visit: Visit) -> None:
        await visit.request()
        await visit.hung_up()

    config = http(connect_timeout="50ms", pool={"max_connections": 1})
    async with serve(holds) as server, sending.to(server.url, config) as transport:
        first = asyncio.create_task(transport.send(wire()))
        await server.arrived.wait()
        waiting = wire()
        with pytest.raises(NotSent):
            await transport.send(waiting)
        first.cancel()

    assert not waiting.attempt.sent


async def test_a_handshake_that_hangs_is_never_sent(sending: Sending) -> None:
    async def silent(visit: Visit) -> None:
        await visit.hung_up()

    sent = wire("POST", body=b"secret")
    async with (
        serve(silent) as server,
        sending.to(server.secure_url, http(connect_timeout="50ms")) as transport,
    ):
        with pytest.raises(NotSent):
            await transport.send(sent)

    assert not sent.attempt.sent


async def test_a_certificate_that_we_do_not_trust_is_never_sent(
    sending: Sending, tmp_path: Path
) -> None:
    sent = wire("POST", body=b"secret")
    async with (
        serve(answers, certify(tmp_path).server()) as server,
        sending.to(server.secure_url) as transport,
    ):
        with pytest.raises(NotSent):
            await transport.send(sent)

    assert not sent.attempt.sent
    assert server.hits == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_attempt_is_marked_before_the_first_byte(sending: Sending, method: str) -> None:
    """Both on a new connection and on one that is used again."""
    sent = [wire(method, body=b"x"), wire(method, body=b"x")]
    marks: list[tuple[bool, ...]] = []

    async def watches(visit: Visit) -> None:
        while first := await visit.reader.read(1):
            marks.append(tuple(each.attempt.sent for each in sent))
            assert first
            await visit.request()
            await visit.answer(b"{}")

    async with serve(watches) as server, sending.to(server.url) as transport:
        for each in sent:
            assert not each.attempt.sent
            await transport.send(each)

    assert marks == [(True, False), (True, True)]
    assert len(server.visits) == 1


async def test_a_close_after_accept_is_lost(sending: Sending) -> None:
    async def closes(visit: Visit) -> None:
        visit.reset()

    async with serve(closes) as server:
        sent = wire("POST", body=b"x")
        error = await sending.failure(server, sent)

    assert type(error) is Lost
    assert sent.attempt.sent


@pytest.mark.parametrize(
    "headers", [["Content-Length: 100"], ["Transfer-Encoding: chunked"]], ids=["length", "chunked"]
)
@pytest.mark.parametrize("reset", [True, False])
async def test_half_an_answer_is_lost(sending: Sending, headers: list[str], reset: bool) -> None:
    async def breaks_off(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"40\r\nhalf", *headers)
        if reset:
            visit.reset()

    async with serve(breaks_off) as server:
        error = await sending.failure(server, wire())

    assert type(error) is Lost


async def test_half_a_head_is_lost(sending: Sending) -> None:
    async def breaks_off(visit: Visit) -> None:
        await visit.request()
        visit.writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")

    async with serve(breaks_off) as server:
        error = await sending.failure(server, wire())

    assert type(error) is Lost


async def test_what_is_not_http_is_unreadable(sending: Sending) -> None:
    async def mumbles(visit: Visit) -> None:
        await visit.request()
        visit.writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        await visit.hung_up()

    async with serve(mumbles) as server:
        error = await sending.failure(server, wire())

    assert type(error) is Unreadable


async def test_more_bytes_than_announced_do_not_reach_the_next_answer(sending: Sending) -> None:
    """The rest is another person's answer as soon as the connection is used again."""

    async def lies(visit: Visit) -> None:
        await visit.request()
        extra = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"
        await visit.answer(str(visit.number).encode() + extra, "Content-Length: 1")
        await visit.hung_up()

    async with serve(lies) as server, sending.to(server.url) as transport:
        replies = [await transport.send(wire()) for _ in range(2)]

    assert [reply.body for reply in replies] == [b"0", b"1"]


async def test_an_announced_answer_over_the_cap_is_not_read(sending: Sending) -> None:
    async def announces(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"", "Content-Length: 1000000000")
        await visit.hung_up()

    async with serve(announces) as server:
        error = await sending.failure(server, wire(), http(max_response_size="1KiB"))
        await server.visits[0].closed.wait()

    assert type(error) is Unreadable


async def test_an_unannounced_answer_over_the_cap_is_cut_off(sending: Sending) -> None:
    async def floods(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"", "Transfer-Encoding: chunked")
        while True:
            visit.writer.write(b"400\r\n" + b"x" * 0x400 + b"\r\n")
            await visit.writer.drain()

    async with serve(floods) as server:
        error = await sending.failure(server, wire(), http(max_response_size="64KiB"))
        await server.visits[0].closed.wait()

    assert type(error) is Unreadable


async def test_an_answer_of_exactly_the_cap_is_read(sending: Sending) -> None:
    async def fills(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"x" * 1024)

    async with (
        serve(fills) as server,
        sending.to(server.url, http(max_response_size="1KiB")) as transport,
    ):
        reply = await transport.send(wire())

    assert len(reply.body) == 1024


async def test_a_dripping_answer_arrives_whole(sending: Sending) -> None:
    """How long it may take is for the timeout layer to say."""

    async def drips(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"", "Content-Length: 20")
        for _ in range(20):
            visit.writer.write(b"x")
            await visit.writer.drain()
            await asyncio.sleep(0)

    async with serve(drips) as server, sending.to(server.url) as transport:
        reply = await transport.send(wire())

    assert reply.body == b"x" * 20


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST"])
async def test_a_dropped_keep_alive_is_not_sent_again(sending: Sending, method: str) -> None:
    """aiohttp repeats idempotent methods by itself, and the bureau would bill both."""

    async def drops(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"")
        await visit.request()
        visit.reset()

    async with serve(drops) as server, sending.to(server.url) as transport:
        await transport.send(wire(method))
        again = wire(method)
        with pytest.raises(Lost):
            await transport.send(again)

    assert again.attempt.sent
    assert server.hits == 2
    assert len(server.visits) == 1


async def test_a_cancelled_send_closes_its_connection(sending: Sending) -> None:
    asked = asyncio.Event()

    async def hangs(visit: Visit) -> None:
        await visit.request()
        asked.set()
        await visit.hung_up()

    async with serve(hangs) as server, sending.to(server.url) as transport:
        sent = asyncio.create_task(transport.send(wire("POST", body=b"x")))
        await asked.wait()
        sent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sent
        await server.visits[0].closed.wait()


async def test_a_send_cancelled_within_the_body_closes_its_connection(sending: Sending) -> None:
    begun = asyncio.Event()

    async def stalls(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"half", "Content-Length: 100")
        begun.set()
        await visit.hung_up()

    async with serve(stalls) as server, sending.to(server.url) as transport:
        asked = asyncio.create_task(transport.send(wire()))
        await begun.wait()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await server.visits[0].closed.wait()
