"""
The standard health service, which lets its watchers go when the server drains.

The one that comes with grpcio keeps a watcher's stream open for ever, and a
drain would wait for it until its grace is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

NAME: str = health.SERVICE_NAME
_STATUS = health_pb2.HealthCheckResponse


class Health:
    """Tells of each service whether it takes calls; ``""`` is the whole server."""

    def __init__(self, services: Iterable[str]) -> None:
        self._statuses = dict.fromkeys(("", *services), _STATUS.SERVING)
        self._changed = asyncio.Event()
        self._closed = False

    def set(self, service: str, *, serving: bool) -> None:
        self._statuses[service] = _STATUS.SERVING if serving else _STATUS.NOT_SERVING
        self._tell()

    def withdraw(self) -> None:
        """Say that nothing takes calls any more."""
        self._statuses = dict.fromkeys(self._statuses, _STATUS.NOT_SERVING)
        self._tell()

    def close(self) -> None:
        """End every watcher's stream, once it has been told the last word."""
        self._closed = True
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def Check(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:  # noqa: N802 - gRPC names it
        status = self._statuses.get(request.service)
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        return _STATUS(status=status)

    async def Watch(  # noqa: N802 - gRPC names it
        self,
        request: Any,
        context: grpc.aio.ServicerContext[Any, Any],  # noqa: ARG002 - gRPC gives it
    ) -> AsyncIterator[Any]:
        told = None
        while True:
            changed = self._changed
            status = self._statuses.get(request.service, _STATUS.SERVICE_UNKNOWN)
            if status != told:
                told = status
                yield _STATUS(status=status)
            elif self._closed:
                return
            else:
                await changed.wait()
