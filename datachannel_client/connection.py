"""One connection to a gateway, and when it is used again."""

from __future__ import annotations

import asyncio

import grpc
from datachannel.v1 import data_channel_service_pb2_grpc as rpc

from .credentials import Tls
from .refusal import GatewayRefusal, Unavailable, unreached
from .retry import Retry

_OPTIONS = (
    # Only this client retries: what lies below it cannot know what was bought.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", 64 * 2**20),
)


class Connection:
    """A channel that is connected before anything is sent on it."""

    def __init__(
        self,
        target: str,
        *,
        api_key: str | None,
        tls: Tls | None,
        retry: Retry,
        connect_timeout: float,
    ) -> None:
        self._target = target
        self._tls = tls
        self._retry = retry
        self._connect_timeout = connect_timeout
        self._channel: grpc.aio.Channel | None = None
        self.metadata = (("x-api-key", api_key),) if api_key is not None else ()

    def open(self) -> None:
        # grpcio binds a channel to the loop that runs when it is made.
        if self._tls is None:
            self._channel = grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        else:
            self._channel = grpc.aio.secure_channel(
                self._target, self._tls.credentials(), options=_OPTIONS
            )

    async def aclose(self) -> None:
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

    async def reach(self, deadline: float | None) -> rpc.DataChannelServiceAsyncStub:
        """
        Connect before anything is sent. Raises `Unavailable`.

        What fails here was provably not asked, and may be tried again; a call
        that breaks off later may have been answered, and paid for.
        """
        channel = self._channel
        if channel is None:
            raise RuntimeError("use the client within its `async with`")
        if channel.get_state(try_to_connect=True) is not grpc.ChannelConnectivity.READY:
            limit = asyncio.get_running_loop().time() + self._connect_timeout
            try:
                async with asyncio.timeout_at(limit if deadline is None else min(deadline, limit)):
                    await channel.channel_ready()
            except TimeoutError:
                raise unreached() from None
        return rpc.DataChannelServiceStub(channel)

    async def pause(self, refused: GatewayRefusal, failed: int, deadline: float | None) -> None:
        """Wait before another attempt; raises `refused` where there can be none."""
        pause = self._retry.pause(failed, refused.retry_after)
        if pause is None:
            raise refused
        if deadline is not None and asyncio.get_running_loop().time() + pause >= deadline:
            raise refused
        await self._retry.sleep(pause)

    async def again(self, refused: GatewayRefusal, failed: int, deadline: float | None) -> None:
        """Wait before the same call is made again; only for one that bought nothing."""
        if not isinstance(refused, Unavailable):
            raise refused
        await self.pause(refused, failed, deadline)


def left(deadline: float | None) -> float | None:
    """Give the seconds until a moment of the loop's clock."""
    return None if deadline is None else deadline - asyncio.get_running_loop().time()
