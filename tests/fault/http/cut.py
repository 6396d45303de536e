"""A wire that is cut after so many bytes, between a client and a server that counts."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

ENDLESS: Final = 10**9


@dataclass
class Wire:
    """What passes in each direction before it is cut, and what has passed."""

    port: int = 0
    up: int = ENDLESS
    down: int = ENDLESS
    reset: bool = True
    """Whether it is cut by RST; else the client sees an end that nobody signed."""
    passed_up: int = 0
    passed_down: int = 0


@asynccontextmanager
async def cut(wire: Wire, to: int) -> AsyncIterator[Wire]:
    """Serve at `wire.port`; what it may pass can be set anew between two exchanges."""
    open_now: set[asyncio.StreamWriter] = set()

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not (wire.up and wire.down):
            _end(writer, reset=wire.reset)
            return
        theirs, ours = await asyncio.open_connection("127.0.0.1", to)
        open_now.update((writer, ours))
        await asyncio.wait(
            [
                asyncio.ensure_future(_pass(reader, ours, wire, "up")),
                asyncio.ensure_future(_pass(theirs, writer, wire, "down")),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
        _end(writer, reset=wire.reset and not (wire.up and wire.down))
        _end(ours, reset=False)

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        for writer in open_now:
            writer.transport.abort()
        await server.wait_closed()


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire, way: str
) -> None:
    """Pass bytes on until the other side ends, or there are none left to pass."""
    try:
        while (left := getattr(wire, way)) > 0 and (data := await reader.read(min(left, 65536))):
            setattr(wire, way, left - len(data))
            setattr(wire, f"passed_{way}", getattr(wire, f"passed_{way}") + len(data))
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
