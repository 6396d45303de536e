"""A connection that the bureau has ended is not used, though our loop has not heard of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from connectors.errors import Lost

from ..http_sending import Sending, wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
UNASKED = ANSWER.replace(b"{}", b"no")


@dataclass
class Apart:
    """A bureau on a thread of its own, that does what it is told while we look away."""

    url: str
    after: bytes
    """What it writes once it is told, before it hangs up."""
    told: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    hits: int = 0

    def look_away(self) -> None:
        """Keep our loop busy until it is done."""
        self.told.set()
        assert self.done.wait(10)

    def serve(self, listening: socket.socket) -> None:
        for _ in range(2):
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                while connection.recv(65536):
                    self.hits += 1
                    connection.sendall(ANSWER)
                    if not self.done.is_set():
                        self.told.wait(10)
                        connection.sendall(self.after)
                        break
            self.done.set()


@contextmanager
def apart(after: bytes) -> Iterator[Apart]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        bureau = Apart(f"http://127.0.0.1:{listening.getsockname()[1]}", after)
        thread = threading.Thread(target=bureau.serve, args=(listening,))
        thread.start()
        try:
            yield bureau
        finally:
            bureau.told.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@pytest.mark.parametrize("after", [b"", UNASKED], ids=["hung up", "spoke and hung up"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_ended_while_we_were_busy_is_not_used(method: str, after: bytes) -> None:
    with apart(after) as bureau:
        async with Sending("own").to(bureau.url) as transport:
            await transport.send(wire(method))
            bureau.look_away()
            again = await transport.send(wire(method))

    assert again.body == b"{}"
    assert bureau.hits == 2


@pytest.mark.parametrize(
    ("after", "ended"), [(b"", Lost), (UNASKED, b"no")], ids=["hung up", "spoke and hung up"]
)
async def test_aiohttp_uses_it(after: bytes, ended: object) -> None:
    """Which is the reason that ours is the default: each of these is a call paid for nothing."""
    with apart(after) as bureau:
        async with Sending("aiohttp").to(bureau.url) as transport:
            await transport.send(wire("POST"))
            bureau.look_away()
            try:
                found: object = (await transport.send(wire("POST"))).body
            except Lost as error:
                found = type(error)

    assert found == ended
    assert bureau.hits == 1
