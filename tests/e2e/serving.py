"""A real server on a free port of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from gateway.clock import LoopClock
from gateway.rpc.engine.contract import AnyMethod, CallContext, Listener
from gateway.rpc.engine.grpcio import GrpcioServer
from gateway.rpc.status import Statuses

SERVICE = "datachannel.v1.DataChannelService"
GET_USER_INFO = f"/{SERVICE}/GetUserInfo"
LOCAL = Listener("127.0.0.1:0")


@dataclass(slots=True)
class Served:
    """A server under test, what it was told to hide, and where it listens."""

    server: GrpcioServer
    target: str
    incidents: list[tuple[str, str, BaseException]] = field(default_factory=list)


@asynccontextmanager
async def serving(
    methods: Mapping[str, AnyMethod], listener: Listener = LOCAL
) -> AsyncIterator[Served]:
    incidents: list[tuple[str, str, BaseException]] = []
    statuses = Statuses(lambda *incident: incidents.append(incident), Random(1))
    server = GrpcioServer(listener, methods, statuses, LoopClock())
    port = await server.start()
    try:
        yield Served(server, f"127.0.0.1:{port}", incidents)
    finally:
        await server.stop(grace=0.0)


async def echo(body: bytes, _: CallContext) -> bytes:
    return body


def raw(channel: grpc.aio.Channel, path: str = GET_USER_INFO) -> Callable[..., Any]:
    """Give a method as bytes in and bytes out, which grpcio's stubs have no type for."""
    method: Callable[..., Any] = channel.unary_unary(path)
    return method


async def call(target: str, body: bytes, path: str = GET_USER_INFO) -> bytes:
    async with grpc.aio.insecure_channel(target) as channel:
        return bytes(await raw(channel, path)(body, timeout=10))


def reason(error: grpc.aio.AioRpcError) -> str:
    """Read the reason out of what travelled beside the code."""
    (told,) = (
        status_pb2.Status.FromString(value)
        for name, value in error.trailing_metadata()
        if name == "grpc-status-details-bin" and isinstance(value, bytes)
    )
    assert told.code == error.code().value[0]
    assert told.message == error.details()
    info = error_details_pb2.ErrorInfo()
    told.details[0].Unpack(info)
    return str(info.reason)
