"""One call over HTTP by each engine: microseconds of CPU of this process, its client's alone."""

from __future__ import annotations

import asyncio
import ssl
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connectors.contract import Attempt, Transport, Wire
from connectors.transport.address import read_address
from connectors.transport.egress import Allowed, Door
from connectors.transport.http import PORTS, Engine, Http
from gateway.security.pki import Pki, generate

from .process import Child, child

IN_FLIGHT: Final = 64
SENDS: Final = 4_000
ROUNDS: Final = 5
ENGINES: Final[tuple[Engine, ...]] = ("own", "aiohttp")

_HEADERS: Final = (
    ("Content-Type", "application/json"),
    ("X-Key", "bench"),
    ("X-Timestamp", "1767323045"),
    ("X-Signature", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
)
_BODY: Final = b'{"name":"x","id_number":"11010519491231002X","mobile":"13800000000"}'


@contextmanager
def secure_bureau(work: Path) -> Iterator[tuple[Child, Pki]]:
    """Run a bureau that has a certificate."""
    pki = generate(work / "pki", datetime.now(UTC), secret_names=[])
    files = (str(pki.server_cert), str(pki.server_key))
    with child("bench.bureau", *files, env={}) as bureau:
        yield bureau, pki


async def sending(bureau: Child, secure: Child, pki: Pki) -> dict[str, float]:
    """Take the engines in turn, so that a machine that slows down slows both."""
    trust = ssl.create_default_context(cafile=pki.ca)
    opened = {
        f"one send, 2 KB, {IN_FLIGHT} in flight, {engine}{label}": _open(engine, url, context)
        for label, url, context in (
            ("", f"http://127.0.0.1:{bureau.port}", None),
            (", TLS", f"https://127.0.0.1:{secure.port}", trust),
        )
        for engine in ENGINES
    }
    spent: dict[str, list[float]] = {name: [] for name in opened}
    for _ in range(ROUNDS):
        for name, transport in opened.items():
            spent[name].append(await _cpu_us(transport))
    for transport in opened.values():
        await transport.aclose()
    return {name: statistics.median(figures) for name, figures in spent.items()}


def _open(engine: Engine, url: str, context: ssl.SSLContext | None) -> Transport:
    address = read_address(url, PORTS)
    config = Http.model_validate({"engine": engine, "pool": {"max_connections": IN_FLIGHT}})
    return config.through(Door("bench", Allowed.only(address.host)), address, context)


async def _cpu_us(transport: Transport) -> float:
    async def sends(count: int) -> None:
        for _ in range(count):
            await transport.send(Wire(Attempt(), "POST", "/0/v1/credit", _HEADERS, _BODY))

    async def crowd(count: int) -> None:
        await asyncio.gather(*(sends(count // IN_FLIGHT) for _ in range(IN_FLIGHT)))

    await crowd(4 * IN_FLIGHT)
    begun = time.process_time()
    await crowd(SENDS)
    return (time.process_time() - begun) / (SENDS // IN_FLIGHT * IN_FLIGHT) * 1e6
