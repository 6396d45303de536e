"""How the tests of the HTTP transport send."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from connectors.contract import Attempt, Transport, Wire
from connectors.errors import ConnectorError
from connectors.transport.http import Engine, Http
from tests.standins import make_kit

from .wires import Server, Visit


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends by one of the engines."""

    engine: Engine

    @asynccontextmanager
    async def to(
        self, url: str, config: Http | None = None, context: ssl.SSLContext | None = None
    ) -> AsyncIterator[Transport]:
        by_engine = (config or Http()).model_copy(update={"engine": self.engine})
        transport = by_engine.build(make_kit(), "acme", url, context)
        try:
            yield transport
        finally:
            await transport.aclose()

    async def failure(
        self, server: Server, sent: Wire, config: Http | None = None
    ) -> ConnectorError:
        async with self.to(server.url, config) as transport:
            with pytest.raises(ConnectorError) as caught:
                await transport.send(sent)
        return caught.value


def http(**config: object) -> Http:
    return Http.model_validate(config)


def wire(method: str = "GET", target: str = "/", body: bytes = b"") -> Wire:
    return Wire(Attempt(), method, target, body=body)


async def answers(visit: Visit) -> None:
    while True:
        await visit.request()
        await visit.answer(b"{}")
