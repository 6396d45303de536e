"""The load of a batch: one stream for each connection, and as many items open as there is room."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb

PATH = "/datachannel.v1.DataChannelService/BatchGetUserInfo"


class Window(Protocol):
    """The measured part of a run."""

    opens: float
    closes: float
    latencies: list[float]
    last: bytes
    faults: list[str]


@dataclass(slots=True)
class Stream:
    """One stream, on which an item is sent for each that is answered."""

    call: Any
    bodies: Iterator[bytes]
    window: Window
    sent: dict[str, float]

    async def run(self, room: int) -> None:
        for _ in range(room):
            await self._send()
        while self.sent:
            self._answered(await self.call.read())
            if time.monotonic() < self.window.closes and not self.window.faults:
                await self._send()
        await self.call.done_writing()

    async def _send(self) -> None:
        inquiry = pb.GetUserInfoRequest.FromString(next(self.bodies))
        self.sent[inquiry.inquiry_id] = time.monotonic()
        await self.call.write(pb.BatchGetUserInfoRequest(inquiry=inquiry).SerializeToString())

    def _answered(self, body: bytes) -> None:
        response, came = pb.BatchGetUserInfoResponse.FromString(body), time.monotonic()
        sent = self.sent.pop(response.inquiry_id)
        if response.HasField("status"):
            self.window.faults.append(response.status.message)
        elif self.window.opens <= came < self.window.closes:
            self.window.latencies.append(came - sent)
            self.window.last = body


async def work(
    stream: Callable[..., Any],
    bodies: Iterator[bytes],
    window: Window,
    room: int,
    metadata: tuple[tuple[str, str], ...],
) -> None:
    """Keep one stream busy until the run is over."""
    try:
        await Stream(stream(metadata=metadata), bodies, window, {}).run(room)
    except grpc.aio.AioRpcError as error:
        window.faults.append(f"{error.code().name}: {error.details()}")


def unary(body: bytes) -> bytes:
    """Write an item's answer as that of a call."""
    report = pb.BatchGetUserInfoResponse.FromString(body).report
    return pb.GetUserInfoResponse(report=report).SerializeToString()
