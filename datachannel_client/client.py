"""The client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import data_channel_service_pb2_grpc as rpc
from datachannel.v1 import report_pb2
from google.protobuf.message import Message

from .credentials import Tls
from .refusal import Unavailable, refusal, unreached
from .retry import Retry

T = TypeVar("T")

_OPTIONS = (
    # Only this client retries: what lies below it cannot know what was bought.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", 64 * 2**20),
)


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
        self._target = target
        self._metadata = (("x-api-key", api_key),) if api_key is not None else ()
        self._tls = None if insecure else tls or Tls()
        self._retry = retry or Retry()
        self._connect_timeout = connect_timeout
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        # grpcio binds a channel to the loop that runs when it is made.
        if self._tls is None:
            self._channel = grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        else:
            self._channel = grpc.aio.secure_channel(
                self._target, self._tls.credentials(), options=_OPTIONS
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

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
        if self._channel is None:
            raise RuntimeError("use the client within its `async with`")
        call = method(rpc.DataChannelServiceStub(self._channel))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        failed = 0
        while True:
            try:
                await self._reach(self._channel, deadline)
                return await call(request, timeout=deadline - loop.time(), metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                refused = refusal(error)
            except Unavailable as unreached:
                refused = unreached
            failed += 1
            pause = self._retry.pause(failed, refused.retry_after)
            if not isinstance(refused, Unavailable) or pause is None:
                raise refused
            if loop.time() + pause >= deadline:
                raise refused
            await self._retry.sleep(pause)

    async def _reach(self, channel: grpc.aio.Channel, deadline: float) -> None:
        """
        Connect before anything is sent.

        What fails here was provably not asked, and may be tried again; a call
        that breaks off later may have been answered, and paid for.
        """
        if channel.get_state(try_to_connect=True) is grpc.ChannelConnectivity.READY:
            return
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(deadline, now + self._connect_timeout)):
                await channel.channel_ready()
        except TimeoutError:
            raise unreached() from None
