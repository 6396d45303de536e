"""The engine that runs on grpcio: it listens, serves, tells of its health, and drains."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from grpc_reflection.v1alpha import reflection

from connectors.kit import Clock

from .calls import Calls
from .contract import AnyMethod, Listener, Refuse
from .health import NAME, Health


class GrpcioServer:
    """Serves methods by their full path."""

    def __init__(
        self, listener: Listener, methods: Mapping[str, AnyMethod], refuse: Refuse, clock: Clock
    ) -> None:
        self._listener = listener
        self._methods = _by_service(methods)
        self._clock = clock
        self._calls = Calls(refuse, clock)
        self._health = Health(self._methods)
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        # grpcio binds a server to the loop that runs when it is made.
        server = self._server = grpc.aio.server(options=_options(self._listener))
        for service, methods in self._methods.items():
            handlers = {
                name: self._calls.handler(path, method) for name, (path, method) in methods.items()
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
        self._calls.drain()
        # grpcio waits for answers, and not for what a method does after it was cancelled.
        await self._server.stop(grace)
        await self._calls.ended()


def _by_service(methods: Mapping[str, AnyMethod]) -> dict[str, dict[str, tuple[str, AnyMethod]]]:
    grouped: dict[str, dict[str, tuple[str, AnyMethod]]] = {}
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
