"""What a container's health check is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from gateway.rpc.engine.contract import Listener
from gateway.rpc.probe import main
from gateway.security.pki import generate
from gateway.security.tls import Tls
from tests.e2e.serving import GET_USER_INFO, echo, serving

METHODS = {GET_USER_INFO: echo}


async def asked(*arguments: str) -> int:
    return await asyncio.to_thread(main, arguments)


async def test_a_gateway_that_serves_is_well() -> None:
    async with serving(METHODS) as served:
        assert await asked(served.target) == 0


async def test_a_gateway_that_drains_or_is_gone_is_not() -> None:
    async with serving(METHODS) as served:
        served.server.set_serving("", serving=False)
        assert await asked(served.target) == 1
    assert await asked(served.target) == 1


async def test_it_shows_a_certificate_to_a_gateway_that_wants_one(tmp_path: Path) -> None:
    pki = generate(tmp_path / "pki", datetime.now(UTC))
    tls = Tls(pki.server_cert.read_bytes(), pki.server_key.read_bytes(), pki.ca.read_bytes())
    known = ("--ca", str(pki.ca), "--cert", str(pki.client_cert), "--key", str(pki.client_key))

    async with serving(METHODS, Listener("127.0.0.1:0", tls)) as served:
        assert await asked(served.target, *known) == 0
        assert await asked(served.target, *known, "--name", "localhost") == 0
        assert await asked(served.target, *known[:2]) == 1
        assert await asked(served.target) == 1
