"""The messages of one call on grpcio, as they come and go."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc

from .answering import InFlight

Context = grpc.aio.ServicerContext[Any, Any]


class Exchange:
    """
    Reads and writes one call, a message at a time.

    grpcio sends through one door: of two writes at once one would fail. A read is
    never cancelled, as grpcio leaks what it had set aside for it; it ends with the
    call, and until then it counts as in flight.
    """

    def __init__(self, context: Context, in_flight: InFlight) -> None:
        self._context = context
        self._in_flight = in_flight
        self._door = asyncio.Lock()
        self._gone = False
        self._drained = asyncio.get_running_loop().create_future()
        self.cut_off = False
        """Whether a drain has kept messages from being read."""

    def drain(self) -> None:
        """Read no more."""
        if not self._drained.done():
            self._drained.set_result(None)

    async def receive(self) -> bytes | None:
        if self._drained.done():
            self.cut_off = True
            return None
        read = asyncio.ensure_future(self._context.read())
        self._in_flight.enter()
        read.add_done_callback(self._was_read)
        await asyncio.wait((read, self._drained), return_when=asyncio.FIRST_COMPLETED)
        if not read.done():
            self.cut_off = True
            return None
        # It fails where the call is over: nothing more comes of that either.
        message = grpc.aio.EOF if read.exception() else read.result()
        return message if isinstance(message, bytes) else None

    async def send(self, message: bytes) -> None:
        async with self._door:
            if self._gone:
                return
            try:
                await self._context.write(message)
            except grpc.aio.BaseError:
                # The call is over; grpcio cancels the method as soon as it notices.
                self._gone = True

    def _was_read(self, read: asyncio.Future[Any]) -> None:
        self._in_flight.leave()
        if not read.cancelled():
            read.exception()
