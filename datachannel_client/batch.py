"""Many inquiries on one stream, which is taken up again where it breaks off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from .connection import Connection, left
from .feed import Feed, Item, Items
from .refusal import (
    GatewayRefusal,
    Unavailable,
    cut_short,
    is_broken_off,
    refusal,
    refusal_of_item,
)

Call = grpc.aio.StreamStreamCall[Item, pb.BatchGetUserInfoResponse]


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """How one inquiry of a batch ended: one of the two is there."""

    inquiry_id: str
    report: report_pb2.Report | None = field(default=None, repr=False)
    refusal: GatewayRefusal | None = None


class Resumed:
    """One batch, over as many streams as it takes."""

    def __init__(self, connection: Connection, items: Items) -> None:
        self._connection = connection
        self._feed = Feed(items)

    async def answers(
        self,
        timeout: float | None,  # noqa: ASYNC109 - gRPC sends it on: it is the gateway's deadline
    ) -> AsyncGenerator[BatchAnswer, None]:
        deadline = None if timeout is None else asyncio.get_running_loop().time() + timeout
        failed = 0
        # The items' own iterator would not survive being cancelled with a stream.
        async with _beside(self._feed.run()):
            while True:
                try:
                    async with self._stream(deadline) as call:
                        async for response in call:
                            failed = 0
                            if self._feed.answered(response.inquiry_id):
                                yield _answer(response)
                    if not self._feed.is_over():
                        raise cut_short()
                    return
                except grpc.aio.AioRpcError as error:
                    refused = refusal(error)
                except Unavailable as unreached:
                    refused = unreached
                if not isinstance(refused, Unavailable) and not is_broken_off(refused):
                    raise refused
                failed += 1
                await self._connection.pause(refused, failed, deadline)

    @asynccontextmanager
    async def _stream(self, deadline: float | None) -> AsyncIterator[Call]:
        stub = await self._connection.reach(deadline)
        call = stub.BatchGetUserInfo(timeout=left(deadline), metadata=self._connection.metadata)
        async with _beside(self._write(call)):
            try:
                yield call
            finally:
                # Does nothing to a call that is over.
                call.cancel()

    async def _write(self, call: Call) -> None:
        # How a stream ended is told to who reads it.
        with suppress(grpc.aio.AioRpcError, grpc.aio.BaseError, asyncio.InvalidStateError):
            async for item in self._feed:
                await call.write(item)
            await call.done_writing()


def _answer(response: pb.BatchGetUserInfoResponse) -> BatchAnswer:
    if response.HasField("report"):
        return BatchAnswer(response.inquiry_id, report=response.report)
    return BatchAnswer(response.inquiry_id, refusal=refusal_of_item(response.status))


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let something run until the block is left."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
