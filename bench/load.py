"""
The load, in a process of its own: lines of JSON in, lines of JSON out. `python -m bench.load`.

A closed loop: so many workers, each of which asks again when it is answered. The
CPU of the server is read at the two ends of the measured window, after a warm-up.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import grpc
import uvloop

from . import batch
from .inquiries import PATH, Inquiries, fault_of
from .process import cpu_seconds

API_KEY = "bench-load-key"
_METADATA = (("x-api-key", API_KEY),)
_CONNECTIONS = 4
_SAME = 15_000_000
"""The person whom all cached inquiries are about; no live one is."""


@dataclass(frozen=True, slots=True)
class Order:
    """One run to be made."""

    port: int
    pid: int
    """The server's, whose CPU is read."""
    kind: str
    """
    ``live``: a new person each time; ``cached``: always the same; ``echo``: as cached;
    ``batch``: as cached, on streams.
    """
    in_flight: int
    warm_up: float
    seconds: float
    first: int
    """The first person of this run; no other run may come near."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run came to."""

    answers: int
    seconds: float
    cpu_us: float
    """Of the server, an inquiry."""
    p50_ms: float
    p99_ms: float
    size: int
    """Bytes of an answer."""
    faults: tuple[str, ...]


@dataclass(slots=True)
class Window:
    """The measured part of a run."""

    opens: float
    closes: float
    latencies: list[float] = field(default_factory=list)
    last: bytes = b""
    faults: list[str] = field(default_factory=list)


async def measure(order: Order) -> Measured:
    target = f"127.0.0.1:{order.port}"
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(target, options) for _ in range(_CONNECTIONS)]
    opens = time.monotonic() + order.warm_up
    window = Window(opens, opens + order.seconds)
    bodies = _bodies(order)
    workers = [asyncio.create_task(work) for work in _works(order, channels, bodies, window)]
    await asyncio.sleep(order.warm_up)
    cpu, begun = cpu_seconds(order.pid), time.monotonic()
    await asyncio.sleep(max(0.0, window.closes - begun))
    cpu, took = cpu_seconds(order.pid) - cpu, time.monotonic() - begun
    await asyncio.gather(*workers)
    for channel in channels:
        await channel.close()
    return _summed_up(order, window, cpu, took)


def _works(
    order: Order, channels: list[grpc.aio.Channel], bodies: Iterator[bytes], window: Window
) -> Iterator[Coroutine[Any, Any, None]]:
    if order.kind == "batch":
        rooms = [len(range(each, order.in_flight, _CONNECTIONS)) for each in range(_CONNECTIONS)]
        for channel, room in zip(channels, rooms, strict=True):
            if room:
                stream: Callable[..., Any] = channel.stream_stream(batch.PATH)
                yield batch.work(stream, bodies, window, room, _METADATA)
        return
    calls: list[Callable[..., Any]] = [channel.unary_unary(PATH) for channel in channels]
    for number in range(order.in_flight):
        yield _work(calls[number % len(calls)], bodies, window)


async def _work(call: Callable[..., Any], bodies: Iterator[bytes], window: Window) -> None:
    clock, latencies = time.monotonic, window.latencies
    while (sent := clock()) < window.closes and not window.faults:
        try:
            answer = await call(next(bodies), timeout=10, metadata=_METADATA)
        except grpc.aio.AioRpcError as error:
            window.faults.append(f"{error.code().name}: {error.details()}")
            return
        came = clock()
        if window.opens <= came < window.closes:
            latencies.append(came - sent)
            window.last = answer


def _bodies(order: Order) -> Iterator[bytes]:
    inquiries, run = Inquiries(), uuid4().hex[:12]
    for number in count():
        person = order.first + number if order.kind == "live" else _SAME
        yield inquiries.about(person, f"{run}-{number}")


def _summed_up(order: Order, window: Window, cpu: float, took: float) -> Measured:
    latencies, faults = sorted(window.latencies), sorted(set(window.faults))
    if not latencies:
        return Measured(0, took, 0.0, 0.0, 0.0, 0, (*faults, "nothing was answered"))
    if order.kind == "batch":
        window.last = batch.unary(window.last)
    if order.kind != "echo" and (fault := fault_of(window.last, order.kind)):
        faults.append(fault)
    return Measured(
        answers=len(latencies),
        seconds=took,
        cpu_us=cpu / len(latencies) * 1e6,
        p50_ms=latencies[len(latencies) // 2] * 1e3,
        p99_ms=latencies[int(len(latencies) * 0.99)] * 1e3,
        size=len(window.last),
        faults=tuple(faults),
    )


async def main() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        measured = await measure(Order(**json.loads(line)))
        print(json.dumps(asdict(measured)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
