"""Six mock bureaus as one server, and the handle that directs them."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Self

from aiohttp import web

from .bureaus import NAMES, open_desks
from .bureaus.tokens import Tokens
from .calls import Call, CallLog
from .control import Controls, control_app
from .credentials import DEMO, Credentials
from .front import NOWHERE, Front
from .people import PEOPLE, Person
from .script import Latency, Script, Step

LOOPBACK = "127.0.0.1"
SHUTDOWN_SECONDS = 0.1
"""Whoever still hangs after that is cut off: a fault may last for ever, a test not."""


@dataclass(slots=True)
class MockBureaus:
    """
    The mock bureaus, open for as long as the context lasts.

    Loopback only: they know default credentials and do as they are told by anyone.
    """

    credentials: Credentials = DEMO
    seed: int = 0
    people: Mapping[str, Person] = field(default_factory=lambda: PEOPLE)
    port: int = 0
    control_port: int = 0
    tls: ssl.SSLContext | None = None
    """For the bureaus' port; the control port stays plain."""
    token_lifetime: float = 3600.0
    """In seconds."""
    clock: Callable[[], float] = time.monotonic
    _log: CallLog = field(init=False, default_factory=CallLog)
    _scripts: dict[str, Script] = field(init=False, default_factory=dict)
    _tokens: dict[str, Tokens] = field(init=False, default_factory=dict)
    _runners: list[web.AppRunner] = field(init=False, default_factory=list)

    async def __aenter__(self) -> Self:
        for name in (*NAMES, NOWHERE.bureau):
            # One source of chance each: who is called when does not change the rest.
            self._scripts[name] = Script(Random(f"{self.seed}:{name}"))  # noqa: S311 - repeatable, not secret
        for name, prefix in (("multi_lending", "tok"), ("credit_report", "at")):
            self._tokens[name] = Tokens(prefix, self.token_lifetime, self.clock)
        desks = open_desks(self.credentials, self.people, self._tokens)
        front = Front(self.people, self._scripts, self._log, self.clock).app(desks)
        control = control_app(Controls(self._scripts, self._tokens, self._log))
        try:
            self.port = await self._listen(front, self.port, self.tls)
            self.control_port = await self._listen(control, self.control_port)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{LOOPBACK}:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://{LOOPBACK}:{self.control_port}"

    @property
    def calls(self) -> list[Call]:
        """Every call received so far, first come first."""
        return list(self._log.calls)

    async def received(self, count: int) -> list[Call]:
        """Wait until *count* calls are on the log, answered or not."""
        await self._log.until(count)
        return self.calls

    def clear_calls(self) -> None:
        self._log.clear()

    def script(self, bureau: str, *steps: Step) -> None:
        """Replace what the bureau does next; no steps: it is honest again."""
        self._scripts[bureau].steps = list(steps)

    def latency(self, bureau: str, profile: Latency) -> None:
        self._scripts[bureau].latency = profile

    def expire_tokens(self, bureau: str) -> None:
        self._tokens[bureau].forget()

    async def _listen(
        self, app: web.Application, port: int, tls: ssl.SSLContext | None = None
    ) -> int:
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, port, ssl_context=tls).start()
        bound: int = runner.addresses[0][1]
        return bound

    async def _close(self) -> None:
        while self._runners:
            await self._runners.pop().cleanup()


async def serve(
    bureaus: MockBureaus, started: Callable[[MockBureaus], None] = lambda _: None
) -> None:
    """Keep *bureaus* open until cancelled; *started* is told when they are."""
    async with bureaus:
        started(bureaus)
        await asyncio.Event().wait()
