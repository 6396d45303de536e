"""What a gRPC engine is asked to do, whatever library does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from google.rpc import status_pb2

from ...config.settings import is_loopback
from ...model import Credentials
from ...security.tls import Tls


@dataclass(frozen=True, slots=True)
class CallContext:
    """What an engine knows of one call besides its bytes."""

    method: str
    """Its full path: ``/datachannel.v1.CatalogService/GetProduct``."""
    deadline: float | None
    """Monotonic, read once on entry; None where the caller set none."""
    credentials: Credentials
    peer: str


Send = Callable[[bytes], Awaitable[None]]
"""
Gives the caller one message more, and returns when there is room for the next.

Several tasks may use it; what is sent to a caller who has gone is dropped.
"""

Receive = Callable[[], Awaitable[bytes | None]]
"""Takes one message more from the caller; None where none will come, or the server drains."""

Method = Callable[[bytes, CallContext], Awaitable[bytes]]
"""Answers one unary call. Fails with a `GatewayError`; anything else is a fault of ours."""


@dataclass(frozen=True, slots=True)
class ServerStreaming:
    """Answers one request with many messages; it fails as a `Method` does, after any of them."""

    method: Callable[[bytes, CallContext, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Bidirectional:
    """
    Takes messages and gives messages, as a `Method` of many ends.

    The engine reads nothing ahead: what is not taken stays with the caller. To one
    that a drain has cut off it says so when the method has returned.
    """

    method: Callable[[Receive, CallContext, Send], Awaitable[None]]


AnyMethod = Method | ServerStreaming | Bidirectional
"""How a path is served: plain functions are unary."""

Refuse = Callable[[str, BaseException], status_pb2.Status]
"""Says what the caller of a method is told of what the method raised."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the engine turns away before any code of ours runs."""

    message: int = 4 * 2**20
    """Bytes of a request. Answers have no limit: what was paid for must arrive."""
    streams: int = 100
    """Calls at a time on one connection; further ones queue on the caller's side, for free."""
    handshake: float = 3.0
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where and how callers are listened to."""

    address: str
    """HOST:PORT; port 0 takes a free one."""
    tls: Tls | None = None
    """None listens in plain text, which only a loopback address may."""
    reflection: bool = False
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if self.tls is None and not is_loopback(self.address):
            raise ValueError("without TLS only a loopback address may be listened on")


class Server(Protocol):
    """One listener with its methods, its health service and, where wanted, reflection."""

    async def start(self) -> int:
        """Listen, report every service as SERVING, and give the real port."""
        ...

    def set_serving(self, service: str, *, serving: bool) -> None:
        """Change what the health service says; the name ``""`` is the whole server."""
        ...

    async def stop(self, *, delay: float = 0.0, grace: float = 30.0) -> None:
        """
        Drain.

        Says NOT_SERVING at once, goes on serving for `delay` seconds so that
        balancers notice, accepts no more calls nor messages of open ones, and
        returns when the last call has ended. Calls that take longer than `grace`
        are cancelled.
        """
        ...
