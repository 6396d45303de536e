"""
The standard health service, which lets its watchers go when the server drains.

The one that comes with grpcio keeps a watcher's stream open for ever, and a
drain would wait for it until its grace is over; it also calls bytes that do not
parse UNKNOWN.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2

NAME: str = health.SERVICE_NAME

_RESPONSE = health_pb2.HealthCheckResponse

Context = grpc.aio.ServicerContext[Any, Any]


class Health:
    """Tells of each service whether it takes calls; ``""`` is the whole server."""

    def __init__(self, services: Iterable[str]) -> None:
        self._statuses = dict.fromkeys(("", *services), _RESPONSE.SERVING)
        self._changed = asyncio.Event()
        self._closed = False

    def handler(self) -> grpc.GenericRpcHandler:
        """Give the service in the form that a server takes."""
        methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Check": grpc.unary_unary_rpc_method_handler(self._check),
            "List": grpc.unary_unary_rpc_method_handler(self._list),
            "Watch": grpc.unary_stream_rpc_method_handler(self._watch),
        }
        return grpc.method_handlers_generic_handler(NAME, methods)

    def set(self, service: str, *, serving: bool) -> None:
        self._statuses[service] = _RESPONSE.SERVING if serving else _RESPONSE.NOT_SERVING
        self._tell()

    def withdraw(self) -> None:
        """Say that nothing takes calls any more."""
        self._statuses = dict.fromkeys(self._statuses, _RESPONSE.NOT_SERVING)
        self._tell()

    def close(self) -> None:
        """End every watcher's stream, once it has been told the last word."""
        self._closed = True
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _check(self, body: bytes, context: Context) -> bytes:
        status = self._statuses.get(await _service(body, context))
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such service")
        return _written(status)

    async def _list(self, _: bytes, __: Context) -> bytes:
        statuses = {name: _RESPONSE(status=status) for name, status in self._statuses.items()}
        listed: bytes = health_pb2.HealthListResponse(statuses=statuses).SerializeToString()
        return listed

    async def _watch(self, body: bytes, context: Context) -> AsyncIterator[bytes]:
        service = await _service(body, context)
        told = None
        while True:
            changed = self._changed
            status = self._statuses.get(service, _RESPONSE.SERVICE_UNKNOWN)
            if status != told:
                told = status
                yield _written(status)
            elif self._closed:
                return
            else:
                await changed.wait()


async def _service(body: bytes, context: Context) -> str:
    try:
        request = health_pb2.HealthCheckRequest.FromString(body)
    except DecodeError:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the request cannot be read")
    return str(request.service)


def _written(status: object) -> bytes:
    written: bytes = _RESPONSE(status=status).SerializeToString()
    return written
