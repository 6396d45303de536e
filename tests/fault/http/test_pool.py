"""Whose connection it is, for how long, and what may never be sent on it."""

from __future__ import annotations

import asyncio

import pytest

from connectors.contract import Attempt, Wire, WireReply
from connectors.errors import Lost, NotSent

from ..http_sending import Sending, answers, http, wire
from ..wires import Visit, serve


async def test_what_rested_for_too_long_is_closed_and_not_used(sending: Sending) -> None:
    async with (
        serve(answers_and_notes) as server,
        sending.to(server.url, http(pool={"idle": "20ms"})) as transport,
    ):
        await transport.send(wire())
        await server.visits[0].closed.wait()
        await transport.send(wire())

    assert len(server.visits) == 2


async def test_the_one_that_rested_last_goes_first() -> None:
    """So that a crowd's connections grow old when the crowd is gone; aiohttp's never do."""
    crowd = asyncio.Barrier(2)

    async def plays(visit: Visit) -> None:
        await visit.request()
        await crowd.wait()
        await visit.answer(b"{}")
        await answers(visit)

    async with serve(plays) as server, Sending("own").to(server.url) as transport:
        await asyncio.gather(transport.send(wire()), transport.send(wire()))
        for _ in range(5):
            await transport.send(wire())

    assert sorted(len(visit.requests) for visit in server.visits) == [1, 6]


async def test_a_crowd_shares_what_it_may_open(sending: Sending) -> None:
    config = http(pool={"max_connections": 3}, connect_timeout="20s")
    async with serve(answers) as server, sending.to(server.url, config) as transport:
        replies = await asyncio.gather(*(transport.send(wire()) for _ in range(50)))

    assert [reply.body for reply in replies] == [b"{}"] * 50
    assert len(server.visits) <= 3
    assert server.hits == 50


async def test_who_waits_is_given_the_place_of_a_connection_that_broke(sending: Sending) -> None:
    async def breaks(visit: Visit) -> None:
        await visit.request()
        if visit.number == 0:
            visit.reset()
        await visit.answer(b"{}")

    config = http(pool={"max_connections": 1}, connect_timeout="20s")
    async with serve(breaks) as server, sending.to(server.url, config) as transport:
        first, second = await asyncio.gather(
            transport.send(wire()), transport.send(wire()), return_exceptions=True
        )

    assert type(first) is Lost
    assert not isinstance(second, BaseException)


async def test_who_is_cancelled_while_waiting_takes_no_connection_along(sending: Sending) -> None:
    """Even if it was just given one."""
    answer = asyncio.Event()

    async def plays(visit: Visit) -> None:
        while True:
            await visit.request()
            await answer.wait()
            await visit.answer(b"{}")

    config = http(pool={"max_connections": 1}, connect_timeout="20s")
    async with serve(plays) as server, sending.to(server.url, config) as transport:
        gone = [wire() for _ in range(5)]
        waiting: list[asyncio.Task[WireReply]] = []

        async def leads() -> None:
            await transport.send(wire())
            # Its connection is the next one's now, who has not come round to it yet.
            for each in waiting:
                each.cancel()

        first = asyncio.create_task(leads())
        await server.arrived.wait()
        waiting += [asyncio.create_task(transport.send(each)) for each in gone]
        await asyncio.sleep(0)
        answer.set()
        await first
        reply = await transport.send(wire())

    assert reply.body == b"{}"
    assert [each.attempt.sent for each in gone] == [False] * 5
    assert server.hits == 2


async def test_who_is_cancelled_while_connecting_leaves_its_place(sending: Sending) -> None:
    async def silent(visit: Visit) -> None:
        await visit.hung_up()

    config = http(pool={"max_connections": 1}, connect_timeout="20s")
    async with serve(silent) as server, sending.to(server.secure_url, config) as transport:
        for number in range(3):
            sent = asyncio.create_task(transport.send(wire()))
            while len(server.visits) <= number:
                await asyncio.sleep(0)
            sent.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sent
            await server.visits[number].closed.wait()


async def test_the_close_ends_who_waits_and_loses_who_has_sent(sending: Sending) -> None:
    async def hangs(visit: Visit) -> None:
        await visit.request()
        await visit.hung_up()

    config = http(pool={"max_connections": 1}, connect_timeout="20s")
    sent, waits = wire("POST", body=b"x"), wire("POST", body=b"x")
    async with serve(hangs) as server, sending.to(server.url, config) as transport:
        asked = [asyncio.create_task(transport.send(each)) for each in (sent, waits)]
        await server.arrived.wait()
        while not server.hits:
            await asyncio.sleep(0)
        await transport.aclose()
        lost, never = await asyncio.gather(*asked, return_exceptions=True)
        await server.visits[0].closed.wait()

    assert type(lost) is Lost
    assert type(never) is NotSent
    assert (sent.attempt.sent, waits.attempt.sent) == (True, False)


async def test_what_comes_unasked_is_nobodys_answer(sending: Sending) -> None:
    async def talks(visit: Visit) -> None:
        await visit.request()
        await visit.answer(str(visit.number).encode())
        visit.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake")
        await visit.hung_up()

    async with serve(talks) as server, sending.to(server.url) as transport:
        first = await transport.send(wire())
        await server.visits[0].closed.wait()
        second = await transport.send(wire())

    assert (first.body, second.body) == (b"0", b"1")


async def test_an_answer_before_the_question_is_read_ends_the_sending(sending: Sending) -> None:
    """A large body is no reason to miss that it is refused; the rest is no request."""

    async def refuses(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await visit.answer(b"large", status="413 Too Large")
        await visit.closed.wait()

    async with serve(refuses) as server, sending.to(server.url) as transport:
        replies = [await transport.send(wire("POST", body=b"x" * 2**24)) for _ in range(2)]
        for visit in server.visits:
            visit.closed.set()

    assert [(reply.status, reply.body) for reply in replies] == [(413, b"large")] * 2
    assert len(server.visits) == 2


async def test_a_head_is_answered_without_its_body(sending: Sending) -> None:
    async def tells(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"", "Content-Length: 1000")
        await visit.hung_up()

    async with serve(tells) as server, sending.to(server.url, http(max_response_size="1KiB")) as to:
        reply = await to.send(wire("HEAD"))

    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(
    "sent",
    [
        Wire(Attempt(), "GET", "/", (("X-A", "a\r\nX-B: b"),)),
        Wire(Attempt(), "GET", "/", (("X-A", "a\0"),)),
        Wire(Attempt(), "GET", "/", (("X-A", "a\nb"),)),
        Wire(Attempt(), "GET", "/", (("X-A", "测"),)),
        Wire(Attempt(), "GET", "/", (("X-A: b\r\nX-B", "b"),)),
        Wire(Attempt(), "GET", "/", (("Transfer-Encoding", "chunked"),), b"x"),
        Wire(Attempt(), "POST", "/", (("Content-Length", "2"),), b"x"),
        Wire(Attempt(), "POST", "/", (("Content-Length", "1"), ("content-length", "1")), b"x"),
        Wire(Attempt(), "GET", "/ HTTP/1.1\r\nX-A: b"),
        Wire(Attempt(), "GET", "/a b"),
        Wire(Attempt(), "GET /", "/"),
    ],
)
async def test_what_could_be_read_as_two_messages_is_not_sent(sent: Wire) -> None:
    async with serve(answers) as server, Sending("own").to(server.url) as transport:
        with pytest.raises(NotSent):
            await transport.send(sent)

    assert not sent.attempt.sent
    assert server.visits == []


async def test_who_signs_the_length_writes_it_once(sending: Sending) -> None:
    sent = Wire(Attempt(), "POST", "/", (("Content-Length", "1"), ("Host", "signed.example")), b"x")
    async with serve(answers) as server, sending.to(server.url) as transport:
        await transport.send(sent)

    head = server.visits[0].requests[0].lower()
    assert head.count(b"content-length: 1\r\n") == 1
    assert head.count(b"host: ") == head.count(b"host: signed.example\r\n") == 1


async def answers_and_notes(visit: Visit) -> None:
    await visit.request()
    await visit.answer(b"{}")
    await visit.hung_up()
