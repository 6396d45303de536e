"""Where bureaus call back: what is verified is kept, and whoever waits for it is woken."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from connectors.errors import LedgerDown
from connectors.job import Callback, Jobs
from connectors.shape.callback import CallbackReading, Unverified
from connectors.verify import Message
from connectors.words import Outcome

LARGEST = 2**20
"""Bytes of a callback."""

LINGER = 0.5
"""Seconds for which the rest of a refused body is read, so that its sender hears why."""

PATIENCE = 10.0
"""Seconds for them to come in: whoever sends drop by drop is hung up on."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One connector that is called back."""

    reading: CallbackReading
    wake: Callable[[Callback], None]
    """Tells the job that waits for it, if one does in this process."""


@dataclass(frozen=True, slots=True)
class Listener:
    """
    Serves ``POST /CONNECTOR`` and ``POST /CONNECTOR/SECRET``.

    A bureau hears 204 only once its message is durable; a message seen before
    is 204, too, as bureaus send until they hear so. What can not be verified is
    forgotten, and says nothing about what is known here.
    """

    desks: Mapping[str, Desk]
    jobs: Jobs
    tell: Callable[[str, str], None]
    """Hears of each message: connector, and what became of it."""
    patience: float = PATIENCE
    _runner: list[web.AppRunner] = field(default_factory=list)

    async def start(self, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/{connector}", self._take)
        app.router.add_post("/{connector}/{secret}", self._take)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, lingering_time=LINGER)
        await runner.setup()
        self._runner.append(runner)
        await web.SockSite(runner, listening, ssl_context=tls).start()

    async def aclose(self) -> None:
        while self._runner:
            await self._runner.pop().cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        name = request.match_info["connector"]
        desk = self.desks.get(name)
        if desk is None:
            # Of a stranger's words nothing is logged but that there were some.
            self.tell("", "unknown")
            return web.Response(status=HTTPStatus.NOT_FOUND)
        headers = {key.lower(): value for key, value in request.headers.items()}
        secret = request.match_info.get("secret", "")
        try:
            async with asyncio.timeout(self.patience):
                body = await request.read()
        except TimeoutError:
            self.tell(name, "unread")
            return web.Response(status=HTTPStatus.REQUEST_TIMEOUT)
        message = Message(headers, body, secret, request.path)
        status, ended = await self._kept(desk, message)
        self.tell(name, ended)
        return web.Response(status=status)

    async def _kept(self, desk: Desk, message: Message) -> tuple[HTTPStatus, str]:
        try:
            callback = desk.reading.read(message)
        except Unverified:
            return HTTPStatus.UNAUTHORIZED, "unverified"
        except ValueError:
            return HTTPStatus.BAD_REQUEST, "unreadable"
        if callback.outcome is Outcome.PENDING:
            # Kept, it could take the place of the one that says how the job ended.
            return HTTPStatus.NO_CONTENT, "progress"
        try:
            fresh = await self.jobs.called_back(callback)
        except LedgerDown:
            # It is not kept: the bureau must send it again.
            return HTTPStatus.SERVICE_UNAVAILABLE, "unkept"
        if fresh:
            desk.wake(callback)
        return HTTPStatus.NO_CONTENT, "kept" if fresh else "repeated"


def bound(address: str) -> socket.socket:
    """Take a HOST:PORT, so that its port is known before anything is served there."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), int(port)))
    except OSError:
        listening.close()
        raise
    return listening
