"""Faults in how an answer travels: each takes it to the wire in its own way."""

import asyncio
import struct
from socket import SO_LINGER, SOL_SOCKET

from aiohttp import web

from .exchange import Exchange, head

CHUNK = 64 * 1024
GRACE = 0.02
"""In seconds."""


async def whole(exchange: Exchange) -> web.StreamResponse:
    answer = exchange.answer
    response = web.Response(status=answer.status, body=answer.body, headers=head(exchange))
    # To the end, here and now: what is done after the answer comes after it on the wire too.
    await response.prepare(exchange.request)
    await response.write_eof()
    return response


async def silence(_exchange: Exchange) -> web.StreamResponse:
    """Hold the line and say nothing, until the client hangs up or we close."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets an event that nobody else holds")


async def reset(exchange: Exchange) -> web.StreamResponse:
    _abort(exchange.request)
    return web.Response()


async def slow(exchange: Exchange) -> web.StreamResponse:
    """Send the head at once and the body after the pause: the hardest late answer."""
    response = await _begin(exchange)
    await asyncio.sleep(exchange.argument)
    await response.write(exchange.answer.body)
    return response


async def drip(exchange: Exchange) -> web.StreamResponse:
    """Send byte by byte: no read times out, and yet there is no end in sight."""
    response = await _begin(exchange)
    for byte in exchange.answer.body:
        await response.write(bytes([byte]))
        await asyncio.sleep(exchange.argument)
    return response


async def reset_mid_body(exchange: Exchange) -> web.StreamResponse:
    response = await _half(exchange)
    _abort(exchange.request)
    return response


async def reset_after(exchange: Exchange) -> web.StreamResponse:
    """Say all, and then break the line instead of closing it."""
    response = await whole(exchange)
    # An abort drops what is still in our own buffers: let it go out first.
    await asyncio.sleep(GRACE)
    _abort(exchange.request)
    return response


async def truncated(exchange: Exchange) -> web.StreamResponse:
    """Promise the whole length, send half, and end the connection politely."""
    response = await _half(exchange)
    if exchange.request.transport is not None:
        exchange.request.transport.close()
    return response


async def huge(exchange: Exchange) -> web.StreamResponse:
    """Pad with blanks, which JSON and XML both allow: only a limit on size helps."""
    response = web.StreamResponse(status=exchange.answer.status, headers=head(exchange))
    await response.prepare(exchange.request)
    await response.write(exchange.answer.body)
    padding = max(0, int(exchange.argument) - len(exchange.answer.body))
    while padding > 0:
        await response.write(b" " * min(CHUNK, padding))
        padding -= CHUNK
    return response


async def _begin(exchange: Exchange) -> web.StreamResponse:
    response = web.StreamResponse(status=exchange.answer.status, headers=head(exchange))
    response.content_length = len(exchange.answer.body)
    await response.prepare(exchange.request)
    return response


async def _half(exchange: Exchange) -> web.StreamResponse:
    response = await _begin(exchange)
    body = exchange.answer.body
    await response.write(body[: len(body) // 2])
    return response


def _abort(request: web.Request) -> None:
    if request.transport is None:
        return
    # To linger for zero seconds turns the closing FIN into a RST.
    request.transport.get_extra_info("socket").setsockopt(
        SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)
    )
    request.transport.abort()
