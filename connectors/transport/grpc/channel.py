"""The one module here that speaks gRPC itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import grpc
from grpc import aio

from ...contract import Wire, WireReply
from ...errors import Lost, NeedInput, NotSent, Unreadable
from ..address import Address
from ..egress import Door
from ..tls import Pem
from .documents import to_json, to_message
from .schema import Rpc
from .status import HTTP, LOST, OURS

if TYPE_CHECKING:
    from . import Grpc

_DROPPED: Final = frozenset({"content-type", "user-agent", "te", "accept", "accept-encoding"})
"""Headers of HTTP that gRPC writes itself."""

_FAILED: Final = (grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.SHUTDOWN)


@dataclass(slots=True)
class _Line:
    """A channel, closed once it is retired and nobody uses it: a paid call may still be on it."""

    channel: aio.Channel
    users: int = 0
    retired: bool = False

    async def leave(self) -> None:
        self.users -= 1
        if self.retired and not self.users:
            await self.channel.close()


class GrpcTransport:
    """
    Speaks grpc.aio on one side, and our own errors on the other.

    A call leaves only over a connection that stands, and is marked as sent
    before: what fails until then is `NotSent`. The bureau is told no deadline:
    who stops waiting cancels, and a paid answer is listened for longer.
    """

    def __init__(
        self, config: Grpc, rpc: Rpc, address: Address, door: Door, pem: Pem | None
    ) -> None:
        self._config = config
        self._rpc = rpc
        self._address = address
        self._door = door
        self._bureau = door.bureau
        self._pem = pem
        self._open: _Line | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        try:
            message = to_message(wire.body, self._rpc.request)
        except ValueError as error:
            raise NeedInput(self._bureau, f"request: {error}") from None
        line = await self._connected()
        try:
            return await self._ask(line.channel, wire, message)
        finally:
            await line.leave()

    async def ready(self) -> None:
        """Connect, and ask nothing. Raises `NotSent`."""
        await (await self._connected()).leave()

    async def aclose(self) -> None:
        self._closed = True
        if self._open is not None:
            line, self._open = self._open, None
            await line.channel.close()

    async def _ask(self, channel: aio.Channel, wire: Wire, message: bytes) -> WireReply:
        wire.attempt.leave(self._bureau)
        try:
            ask: Any = channel.unary_unary(self._rpc.path)
            call = ask(message, metadata=_metadata(wire))
            body = await call
        except aio.AioRpcError as error:
            return self._status(error)
        except (aio.UsageError, ValueError) as error:
            raise Lost(self._bureau, type(error).__name__) from None
        except asyncio.CancelledError:
            # A channel that is closed cancels its calls, and nobody cancelled us.
            if self._closed and not _cancelling():
                raise Lost(self._bureau, "closed") from None
            raise
        try:
            document = to_json(body, self._rpc.answer)
        except ValueError as error:
            raise Unreadable(self._bureau, str(error)) from None
        given = (*await call.initial_metadata(), *await call.trailing_metadata())
        return _reply("OK", given, document)

    async def _connected(self) -> _Line:
        """Give a line that stands, and is ours until we leave it. Raises `NotSent`."""
        if self._closed:
            raise NotSent(self._bureau, "closed")
        line: _Line | None = None
        note = "no connection"
        try:
            async with asyncio.timeout(self._config.connect_timeout):
                line = await self._line()
                if await _stands(line.channel):
                    return line
        except (NotSent, TimeoutError) as error:
            note = error.note if isinstance(error, NotSent) else "TimeoutError"
        except BaseException:
            if line is not None:
                await line.leave()
            raise
        if line is not None:
            # The next one looks the name up again.
            line.retired = True
            self._open = None if self._open is line else self._open
            await line.leave()
        raise NotSent(self._bureau, note)

    async def _line(self) -> _Line:
        async with self._opening:
            if self._open is None:
                self._open = _Line(await self._channel())
            self._open.users += 1
            return self._open

    async def _channel(self) -> aio.Channel:
        address, port = self._address, self._address.port
        found = await self._door.addresses(address.host, port)
        # A channel takes addresses of one family.
        wide = ":" in found[0]
        same = (each for each in found if (":" in each) is wide)
        hosts = [f"[{each}]:{port}" if wide else f"{each}:{port}" for each in same]
        target, options = f"{'ipv6' if wide else 'ipv4'}:{','.join(hosts)}", self._options()
        if address.scheme == "grpc":
            return aio.insecure_channel(target, options)
        pem = self._pem or Pem()
        credentials = grpc.ssl_channel_credentials(pem.ca, pem.key, pem.cert)
        return aio.secure_channel(target, credentials, options)

    def _options(self) -> Sequence[tuple[str, Any]]:
        host = self._address.host
        secure = self._address.scheme == "grpcs"
        # The address is connected to, and the name is verified.
        named = (("grpc.ssl_target_name_override", host),) if secure else ()
        return (
            # Nothing is sent twice by itself, and nothing that we did not decide.
            ("grpc.enable_retries", 0),
            ("grpc.service_config_disable_resolution", 1),
            ("grpc.enable_http_proxy", 0),
            # Two bureaus at one address share no connection.
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_receive_message_length", self._config.max_response_size),
            ("grpc.max_send_message_length", -1),
            ("grpc.default_authority", self._address.authority),
            *named,
        )

    def _status(self, error: aio.AioRpcError) -> WireReply:
        code = error.code().name
        if code in LOST:
            raise Lost(self._bureau, code) from None
        if any(words in (error.details() or "") for words in OURS):
            raise Unreadable(self._bureau, "answer over max_response_size") from None
        metadata = (*error.initial_metadata(), *error.trailing_metadata())
        # gRPC's own word for "nobody of that kind": there is a body to be read, and it is empty.
        return _reply(code, metadata, b"{}")


def _cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _stands(channel: aio.Channel) -> bool:
    state = channel.get_state(try_to_connect=True)
    while state is not grpc.ChannelConnectivity.READY:
        if state in _FAILED:
            return False
        await channel.wait_for_state_change(state)
        state = channel.get_state(try_to_connect=True)
    return True


def _metadata(wire: Wire) -> tuple[tuple[str, str], ...]:
    lowered = ((name.lower(), value) for name, value in wire.headers)
    return tuple(
        pair for pair in lowered if pair[0] not in _DROPPED and not pair[0].startswith("grpc-")
    )


def _reply(code: str, metadata: Sequence[tuple[str, str | bytes]], body: bytes) -> WireReply:
    headers = {name.lower(): value for name, value in metadata if isinstance(value, str)}
    ours = {"content-type": "application/json", "grpc-status": code}
    return WireReply(HTTP[code], headers | ours, body)
