"""The client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2
from google.protobuf.message import Message

from .batch import BatchAnswer, Resumed
from .connection import Connection, left
from .credentials import Tls
from .refusal import Unavailable, refusal
from .retry import Retry
from .stream import Event, streamed

T = TypeVar("T")


class Client:
    """
    A connection to one gateway, open for as long as its `async with` lasts.

    It is TLS unless `insecure` is said; `api_key` goes with every call.
    """

    def __init__(
        self,
        target: str,
        *,
        api_key: str | None = None,
        tls: Tls | None = None,
        insecure: bool = False,
        retry: Retry | None = None,
        connect_timeout: float = 3.0,
    ) -> None:
        if insecure and tls is not None:
            raise ValueError("tls and insecure exclude each other")
        self._connection = Connection(
            target,
            api_key=api_key,
            tls=None if insecure else tls or Tls(),
            retry=retry or Retry(),
            connect_timeout=connect_timeout,
        )

    async def __aenter__(self) -> Self:
        self._connection.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connection.aclose()

    async def get_user_info(
        self,
        request: pb.GetUserInfoRequest,
        *,
        timeout: float = 10.0,  # noqa: ASYNC109 - gRPC sends it on: it is the gateway's deadline
    ) -> report_pb2.Report:
        """
        Ask, and wait for the report at most `timeout` seconds, retries and pauses included.

        Raises a `GatewayRefusal`. Every attempt carries the same inquiry id.
        """
        response: pb.GetUserInfoResponse = await self._ask(
            lambda stub: stub.GetUserInfo, request, timeout
        )
        return response.report

    def stream_user_info(
        self, request: pb.GetUserInfoRequest, *, timeout: float = 10.0
    ) -> AsyncGenerator[Event, None]:
        """
        Ask like `get_user_info`, and hear of each connector as it answers.

        Gives a `ConnectorAnswer` for each, and at the end the `Report`, which alone
        is verified. Raises a `GatewayRefusal`; once something was told, nothing is
        asked again.
        """
        return streamed(self._connection, request, timeout)

    def batch_get_user_info(
        self,
        items: AsyncIterable[pb.BatchGetUserInfoRequest] | Iterable[pb.BatchGetUserInfoRequest],
        *,
        timeout: float | None = None,
    ) -> AsyncGenerator[BatchAnswer, None]:
        """
        Make many inquiries, and hear of each as it ends.

        Items are taken only as fast as the gateway works on them and the answers
        are read. One that is refused has its refusal in its answer. Where the
        stream breaks off, what was not answered is sent again, under the same
        ids, so that nothing is bought twice. Raises a `GatewayRefusal` where the
        stream as a whole ends, and `timeout` bounds that.
        """
        return Resumed(self._connection, items).answers(timeout)

    async def get_inquiry(
        self,
        inquiry_id: str,
        *,
        timeout: float = 10.0,  # noqa: ASYNC109 - as above
    ) -> pb.GetInquiryResponse:
        """Come back for an inquiry whose report was PENDING. Raises a `GatewayRefusal`."""
        request = pb.GetInquiryRequest(inquiry_id=inquiry_id)
        return await self._ask(lambda stub: stub.GetInquiry, request, timeout)

    async def _ask(
        self,
        method: Callable[[Any], Callable[..., Awaitable[T]]],
        request: Message,
        timeout: float,  # noqa: ASYNC109 - as above
    ) -> T:
        deadline = asyncio.get_running_loop().time() + timeout
        failed = 0
        while True:
            try:
                call = method(await self._connection.reach(deadline))
                return await call(
                    request, timeout=left(deadline), metadata=self._connection.metadata
                )
            except grpc.aio.AioRpcError as error:
                refused = refusal(error)
            except Unavailable as unreached:
                refused = unreached
            failed += 1
            await self._connection.again(refused, failed, deadline)
