"""Methods of ours as grpcio's handlers, and all calls of them that are not over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeVar, cast

import grpc
from google.rpc import status_pb2
from grpc_status import rpc_status

from connectors.kit import Clock

from ...errors import Draining
from .answering import InFlight, answer, refusing
from .call import describe
from .contract import AnyMethod, Bidirectional, CallContext, Method, Refuse, ServerStreaming
from .exchange import Context, Exchange

T = TypeVar("T")


class _Guarded(Protocol):
    """Runs what answers one call."""

    async def __call__(
        self, context: Context, method: Callable[[CallContext], Awaitable[T]], /
    ) -> T: ...


class Calls:
    """
    Wraps methods so that nothing but messages and statuses leaves them.

    grpcio would send an exception's text to the caller and call bytes that do
    not parse UNKNOWN: so methods get raw bytes, and what they raise ends here.
    """

    def __init__(self, refuse: Refuse, clock: Clock) -> None:
        self._refuse = refuse
        self._clock = clock
        self._in_flight = InFlight()
        self._conversing: set[Exchange] = set()
        self._draining = False

    def handler(self, path: str, method: AnyMethod) -> grpc.RpcMethodHandler[Any, Any]:
        """Give a method in the form that a server takes; grpcio goes by what a coroutine is."""
        if isinstance(method, ServerStreaming):
            return grpc.unary_stream_rpc_method_handler(self._stream(path, method))
        if isinstance(method, Bidirectional):
            return grpc.stream_stream_rpc_method_handler(self._converse(path, method))
        return grpc.unary_unary_rpc_method_handler(self._serve(path, method))

    def drain(self) -> None:
        """Take no more messages of calls that are open; what is begun goes on."""
        self._draining = True
        for exchange in self._conversing:
            exchange.drain()

    async def ended(self) -> None:
        await self._in_flight.empty()

    def _serve(self, path: str, method: Method) -> Callable[[bytes, Context], Awaitable[bytes]]:
        guarded = self._guarded(path)

        async def serve(body: bytes, context: Context) -> bytes:
            return await guarded(context, lambda told: method(body, told))

        return serve

    def _stream(self, path: str, streaming: ServerStreaming) -> Callable[..., Awaitable[None]]:
        guarded, method = self._guarded(path), streaming.method

        async def stream(body: bytes, context: Context) -> None:
            send = Exchange(context, self._in_flight).send
            await guarded(context, lambda told: method(body, told, send))

        return stream

    def _converse(self, path: str, conversing: Bidirectional) -> Callable[..., Awaitable[None]]:
        guarded, method = self._guarded(path), conversing.method

        async def whole(exchange: Exchange, told: CallContext) -> None:
            await method(exchange.receive, told, exchange.send)
            if exchange.cut_off:
                raise Draining

        async def converse(_: object, context: Context) -> None:
            exchange = Exchange(context, self._in_flight)
            if self._draining:
                exchange.drain()
            self._conversing.add(exchange)
            try:
                await guarded(context, partial(whole, exchange))
            finally:
                self._conversing.discard(exchange)

        return converse

    def _guarded(self, path: str) -> _Guarded:
        refuse = refusing(path, self._refuse)

        async def guarded(context: Context, method: Callable[[CallContext], Awaitable[T]]) -> T:
            self._in_flight.enter()
            # grpcio calls this back when the answer is sent, which is later than `return`.
            context.add_done_callback(cast("Any", self._left))
            told = await answer(lambda: method(describe(path, context, self._clock)), refuse)
            if isinstance(told, status_pb2.Status):
                await context.abort_with_status(rpc_status.to_status(told))
            return cast("T", told)

        return guarded

    def _left(self, _: Context) -> None:
        self._in_flight.leave()
