"""Answers that no well-behaved server would write: put on the wire by hand."""

import asyncio
import zlib

from aiohttp import web

from .exchange import Exchange, head

GZIP = 16 + zlib.MAX_WBITS
BLANKS = b" " * (1024 * 1024)


async def lying_length(exchange: Exchange) -> web.StreamResponse:
    """
    Declare as many bytes more, or fewer, than are sent.

    After a length too great the line is held, as by a sender with more to come; after
    one too small it is closed, with the rest of the answer where the next should begin.
    """
    answer, transport = exchange.answer, exchange.request.transport
    if transport is not None:
        declared = max(0, len(answer.body) + int(exchange.argument))
        lines = {**head(exchange), "Content-Length": str(declared)}
        written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        top = f"HTTP/1.1 {answer.status} Said\r\n{written}\r\n"
        transport.write(top.encode() + answer.body)
        if exchange.argument > 0:
            await asyncio.Event().wait()
        transport.close()
    return web.Response()


async def gzip_bomb(exchange: Exchange) -> web.StreamResponse:
    """Pad with blanks until it is as large as told, and send it a thousand times smaller."""
    headers = {**head(exchange), "Content-Encoding": "gzip"}
    response = web.StreamResponse(status=exchange.answer.status, headers=headers)
    await response.prepare(exchange.request)
    packer = zlib.compressobj(level=1, wbits=GZIP)
    await response.write(packer.compress(exchange.answer.body))
    for _ in range(int(exchange.argument) // len(BLANKS)):
        await response.write(packer.compress(BLANKS))
        await asyncio.sleep(0)
    await response.write(packer.flush())
    return response
