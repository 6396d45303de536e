"""One connection to a bureau, and the exchange that is on it."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable
from typing import Final, cast

from ...contract import WireReply
from ...errors import ConnectorError, Lost
from .reading import Reading

_SLICE: Final = 64 * 2**10
"""Bytes that are written at once; a larger message waits for the other side to take them."""


class Connection(asyncio.Protocol):
    """
    Carries one request at a time, and never the same one twice.

    What comes in while none is under way belongs to nobody: it ends the connection.
    """

    def __init__(self, bureau: str, reading: Reading, ended: Callable[[Connection], None]) -> None:
        """Tell `ended` when there is no connection any more."""
        self._bureau = bureau
        self._reading = reading
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[WireReply] | None = None
        self._room: asyncio.Future[None] | None = None
        self._arrived = select.poll()
        self.rested = 0.0
        """When it was last used, by the loop's time."""
        self.is_lost = False

    @property
    def is_closed(self) -> bool:
        return self._transport.is_closing()

    @property
    def is_usable(self) -> bool:
        """
        Tell whether a request may go out, by the system's word and not by the loop's.

        The loop may not have come round to reading that the bureau hung up, or sent
        what nobody asked for; a request that followed would be lost, or answered by it.
        """
        return not self._transport.is_closing() and not self._arrived.poll(0)

    async def exchange(self, head: bytes, body: bytes, *, bodiless: bool) -> WireReply:
        """Send at once, and read the answer; whatever ends that early ends the connection."""
        self._reading.expect(bodiless=bodiless)
        answer: asyncio.Future[WireReply] = self._loop.create_future()
        self._answer = answer
        try:
            if len(body) <= _SLICE:
                self._transport.write(head + body)
            else:
                await self._write(head, memoryview(body), answer)
            reply = await answer
        except BaseException:
            self.abort()
            raise
        finally:
            self._answer = None
        if not self._reading.clean or self._transport.get_write_buffer_size():
            # Half of a question must not be the beginning of the next one either.
            self.abort()
        return reply

    def abort(self) -> None:
        self._transport.abort()

    async def _write(
        self, head: bytes, body: memoryview, answer: asyncio.Future[WireReply]
    ) -> None:
        """Write as fast as it is taken, until there is an answer to what was written so far."""
        self._transport.write(head)
        for start in range(0, len(body), _SLICE):
            if self._room is not None:
                await self._room
            if answer.done():
                # Whatever the answer, the rest is no request.
                self.abort()
                return
            self._transport.write(body[start : start + _SLICE])

    # What follows is called by the loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no asyncio class.
        self._transport = cast("asyncio.Transport", transport)
        self._arrived.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.abort()
            return
        try:
            reply = self._reading.feed(data)
        except ConnectorError as error:
            self._fail(error)
            return
        if reply is not None:
            self._settle(reply)

    def eof_received(self) -> None:
        """Take a clean end for the answer's, where that has no other; under TLS it is signed."""
        try:
            reply = self._reading.end() if self._is_signed() else None
        except ConnectorError as error:
            self._fail(error)
            return
        if reply is not None:
            self._settle(reply)
        self._fail(Lost(self._bureau, "closed"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(Lost(self._bureau, "closed" if error is None else type(error).__name__))
        self.is_lost = True
        self._ended(self)

    def pause_writing(self) -> None:
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def _is_signed(self) -> bool:
        """Ask TLS: asyncio does not tell the bureau's end from one that somebody else made."""
        tls = self._transport.get_extra_info("ssl_object")
        try:
            return tls is None or not tls.read(1)
        except ssl.SSLZeroReturnError:
            return True
        except ssl.SSLError:
            return False

    def _settle(self, reply: WireReply) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)
        self.resume_writing()

    def _fail(self, error: ConnectorError) -> None:
        self.abort()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.resume_writing()
