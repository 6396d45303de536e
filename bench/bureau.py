"""
All bureaus in one process: real HTTP/1.1, as lean as it can be.

    python -m bench.bureau [CERTIFICATE KEY]        with them over TLS
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from typing import cast

import uvloop

from .bureau_answer import answer
from .process import serve_until_told

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_DELAY = re.compile(rb"[A-Z]+ /([0-9]+)/")
_BODY = answer()
_REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


class Exchange(asyncio.Protocol):
    """
    Answers each request on a connection, in turn and keeping it open.

    A path begins with the milliseconds that its answer takes: `/50/v1/credit`.
    It reads what our own client sends, and is no HTTP server for anyone else.
    """

    def __init__(self) -> None:
        self._read = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no asyncio class.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (whole := self._request()) is not None:
            self._answer(whole)

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def _request(self) -> bytes | None:
        """Take one whole request from what was read."""
        head, end, _ = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        length = _LENGTH.search(head + b"\r\n")
        size = len(head) + len(end) + (int(length[1]) if length else 0)
        if len(self._read) < size:
            return None
        request, self._read = self._read[:size], self._read[size:]
        return request

    def _answer(self, request: bytes) -> None:
        delay = _DELAY.match(request)
        seconds = int(delay[1]) / 1000 if delay else 0.0
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._write)
        else:
            self._write()

    def _write(self) -> None:
        if self._transport is not None:
            self._transport.write(_REPLY)


async def main() -> None:
    context = None
    if files := sys.argv[1:]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Exchange, "127.0.0.1", 0, ssl=context)
    await serve_until_told(server.sockets[0].getsockname()[1])


if __name__ == "__main__":
    uvloop.run(main())
