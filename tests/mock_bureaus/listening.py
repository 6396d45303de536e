"""The lender's side of callbacks, and the right way to ask the bureaus that call back."""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from mock_bureaus import DEMO

APPLICANTS = "/resources/applicants"
SUBMIT = f"{APPLICANTS}?levelName=basic-kyc-level"


@dataclass
class Listener:
    """Takes every callback, and says 204."""

    url: str = ""
    heard: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for body, _ in self.heard]

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((await request.read(), dict(request.headers)))
        return web.Response(status=204)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_post("/{anywhere:.*}", listener.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/callbacks/flow"
    yield listener
    await runner.cleanup()


def flow_headers(
    method: str, target: str, body: bytes = b"", stamp: str = "1760000000"
) -> dict[str, str]:
    signed = f"{stamp}{method}{target}".encode() + body
    return {
        "X-App-Token": DEMO.kycflow_app_token,
        "X-App-Access-Ts": stamp,
        "X-App-Access-Sig": hmac.digest(DEMO.kycflow_secret_key.encode(), signed, "sha256").hex(),
        "Content-Type": "application/json",
    }


async def submit(client: aiohttp.ClientSession, customer: str = "c-1001") -> tuple[int, str]:
    """Hand in an applicant: the status, and the body."""
    body = json.dumps({"externalUserId": customer, "type": "individual"}).encode()
    async with client.post(SUBMIT, data=body, headers=flow_headers("POST", SUBMIT, body)) as reply:
        return reply.status, await reply.text()


async def look(client: aiohttp.ClientSession, applicant: str = "a0001") -> tuple[int, str]:
    target = f"{APPLICANTS}/{applicant}/status"
    async with client.get(target, headers=flow_headers("GET", target)) as reply:
        return reply.status, await reply.text()
