"""The engine that runs on grpcio: raw bytes in, raw bytes or a status out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

import grpc
from google.rpc import status_pb2
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from connectors.kit import Clock

from ...model import Credentials
from .answering import InFlight, answer, refusing
from .contract import CallContext, Listener, Method, Refuse
from .health import NAME, Health

_SAN = "x509_subject_alternative_name"
_API_KEY = "x-api-key"

Context = grpc.aio.ServicerContext[Any, Any]


class GrpcioServer:
    """
    Serves methods by their full path.

    grpcio would send an exception's text to the caller and call bytes that do
    not parse UNKNOWN: so methods get raw bytes, inside a wrapper of ours that
    lets nothing out.
    """

    def __init__(
        self, listener: Listener, methods: Mapping[str, Method], refuse: Refuse, clock: Clock
    ) -> None:
        self._listener = listener
        self._methods = _by_service(methods)
        self._refuse = refuse
        self._clock = clock
        self._in_flight = InFlight()
        self._health = Health(self._methods)
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        # grpcio binds a server to the loop that runs when it is made.
        server = self._server = grpc.aio.server(options=_options(self._listener))
        for service, methods in self._methods.items():
            handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
                name: grpc.unary_unary_rpc_method_handler(self._serve(path, method))
                for name, (path, method) in methods.items()
            }
            server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(service, handlers),)
            )
        server.add_generic_rpc_handlers((self._health.handler(),))
        if self._listener.reflection:
            names = (*self._methods, NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)
        port = _listen(server, self._listener)
        await server.start()
        return port

    def set_serving(self, service: str, *, serving: bool) -> None:
        self._health.set(service, serving=serving)

    async def stop(self, *, delay: float = 0.0, grace: float = 30.0) -> None:
        if self._server is None:
            return
        self._health.withdraw()
        if delay:
            await self._clock.sleep(delay)
        self._health.close()
        # grpcio waits for answers, and not for what a method does after it was cancelled.
        await self._server.stop(grace)
        await self._in_flight.empty()

    def _left(self, _: Context) -> None:
        self._in_flight.leave()

    def _serve(self, path: str, method: Method) -> Callable[[bytes, Context], Awaitable[bytes]]:
        refuse = refusing(path, self._refuse)

        async def serve(body: bytes, context: Context) -> bytes:
            self._in_flight.enter()
            # grpcio calls this back when the answer is sent, which is later than `return`.
            context.add_done_callback(cast("Any", self._left))
            describe = partial(_describe, path, context, self._clock)
            told = await answer(method, body, describe, refuse)
            if isinstance(told, status_pb2.Status):
                await context.abort_with_status(rpc_status.to_status(told))
            return cast("bytes", told)

        return serve


def _by_service(methods: Mapping[str, Method]) -> dict[str, dict[str, tuple[str, Method]]]:
    grouped: dict[str, dict[str, tuple[str, Method]]] = {}
    for path, method in methods.items():
        _, service, name = path.split("/")
        grouped.setdefault(service, {})[name] = (path, method)
    return grouped


def _options(listener: Listener) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", listener.limits.message),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", listener.limits.streams),
        # Else a call counts until Python lets go of it, which is after its answer has left:
        # a caller that keeps the limit to the letter is refused all the same.
        ("grpc.http.overload_protection", 0),
        ("grpc.server_handshake_timeout_ms", round(listener.limits.handshake * 1000)),
        # A port that is taken is an error, and not a second server beside the first.
        ("grpc.so_reuseport", 0),
    ]


def _listen(server: grpc.aio.Server, listener: Listener) -> int:
    tls = listener.tls
    if tls is None:
        return server.add_insecure_port(listener.address)
    credentials = grpc.ssl_server_credentials(
        [(tls.key, tls.certificate)],
        root_certificates=tls.client_ca,
        require_client_auth=tls.client_ca is not None,
    )
    return server.add_secure_port(listener.address, credentials)


def _describe(path: str, context: Context, clock: Clock) -> CallContext:
    # Against its stubs grpcio gives None without a deadline. It computes the rest
    # from the wall clock, so a second reading could be hours off.
    remaining = cast("float | None", context.time_remaining())
    return CallContext(
        method=path,
        deadline=None if remaining is None else clock.now() + remaining,
        credentials=_credentials(context),
        peer=context.peer(),
    )


def _credentials(context: Context) -> Credentials:
    names = context.auth_context().get(_SAN, ())
    keys = [str(value) for key, value in context.invocation_metadata() or () if key == _API_KEY]
    return Credentials(
        san=tuple(name.decode("utf-8", "replace") for name in names),
        # Joined as HTTP joins a repeated header: two keys are no key that anybody has.
        api_key=",".join(keys) if keys else None,
    )
