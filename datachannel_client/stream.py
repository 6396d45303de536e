"""One inquiry, of whose connectors one hears as they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from .connection import Connection, left
from .refusal import Unavailable, cut_short, refusal

Event = pb.ConnectorAnswer | report_pb2.Report
"""What is heard: a connector's answer, or the report."""


async def streamed(
    connection: Connection,
    request: pb.GetUserInfoRequest,
    timeout: float,  # noqa: ASYNC109 - gRPC sends it on: it is the gateway's deadline
) -> AsyncGenerator[Event, None]:
    """Ask once more where nothing was bought and nothing told; end with the report."""
    deadline = asyncio.get_running_loop().time() + timeout
    failed, told = 0, False
    while True:
        try:
            stub = await connection.reach(deadline)
            call = stub.StreamUserInfo(
                request, timeout=left(deadline), metadata=connection.metadata
            )
            try:
                async for response in call:
                    told = True
                    if response.HasField("report"):
                        yield response.report
                        return
                    yield response.answer
            finally:
                # Does nothing to a call that is over.
                call.cancel()
            raise cut_short()
        except grpc.aio.AioRpcError as error:
            refused = refusal(error)
        except Unavailable as unreached:
            refused = unreached
        if told:
            raise refused
        failed += 1
        await connection.again(refused, failed, deadline)
