"""By whom is sent, and on which loop: the one that serves in production, and Python's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

from connectors.transport.http import Engine

from ..http_sending import Sending


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


@pytest.fixture(params=["own", "aiohttp"])
def sending(request: pytest.FixtureRequest) -> Sending:
    engine: Engine = request.param
    return Sending(engine)
