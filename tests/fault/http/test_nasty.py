"""Both engines before servers that break the rules: how it ends, what is marked, what was hit."""

from __future__ import annotations

import asyncio

import pytest

from connectors.contract import Transport, Wire
from connectors.errors import ConnectorError, TimedOut

from ..http_sending import Sending, wire
from ..wires import Play, Visit, serve
from .nasty import TABLE, Ended, Row

NEXT = b"the next one's"


def plays(row: Row) -> Play:
    """Answer the first request as the row says, and whatever follows it as it should be."""

    async def play(visit: Visit) -> None:
        await visit.request()
        if visit.number == 0:
            for piece in row.answer:
                visit.writer.write(piece)
                await visit.writer.drain()
                await asyncio.sleep(0)
            await ends(row, visit)
        while True:
            await visit.answer(NEXT)
            await visit.request()

    return play


async def ends(row: Row, visit: Visit) -> None:
    match row.then:
        case "close":
            raise ConnectionAbortedError
        case "reset":
            visit.reset()
            raise ConnectionAbortedError
        case "half-close":
            visit.writer.write_eof()
            await visit.hung_up()
            raise ConnectionAbortedError
        case "again":
            while True:
                visit.writer.write(row.answer[-1])
                await visit.writer.drain()
        case "hold":
            await visit.request()


async def ended(transport: Transport, sent: Wire, patience: float = 20) -> Ended:
    try:
        async with asyncio.timeout(patience):
            return (await transport.send(sent)).body
    except TimeoutError:
        return TimedOut
    except ConnectorError as error:
        return type(error)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_each_ends_as_the_table_says(row: Row, sending: Sending) -> None:
    """It is bought once, and the next answer is the next request's own."""
    first, second = wire("POST", body=b"x"), wire("POST", body=b"x")
    async with serve(plays(row)) as server, sending.to(server.url) as transport:
        expected = row.expected(sending.engine)
        found = await ended(transport, first, 0.3 if expected is TimedOut else 20)
        for _ in range(20):
            # Who hung up has done so: that we may not have noticed is another test's matter.
            await asyncio.sleep(0)
        hits = server.hits
        after = await ended(transport, second)

    assert found == expected
    assert first.attempt.sent
    assert hits == 1
    assert after == NEXT
    assert server.hits == 2
