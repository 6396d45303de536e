"""All mock bureaus as one server, and the handle that directs them."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .bureaus import BUREAUS
from .bureaus.opening import Opening
from .calls import Call, CallLog
from .control import Controls, control_app
from .courier import Courier, Delivery
from .credentials import Credentials, demo
from .forgetting import Known
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

    credentials: Credentials = field(default_factory=demo)
    seed: int = 0
    people: Mapping[str, Person] = field(default_factory=lambda: PEOPLE)
    port: int = 0
    control_port: int = 0
    tls: ssl.SSLContext | None = None
    """For the bureaus' port; the control port stays plain."""
    mutual_tls: ssl.SSLContext | None = None
    """For a second port with the same bureaus; see `keys.certificates.server_context`."""
    expired_tls: ssl.SSLContext | None = None
    """For a third, whose certificate nobody should accept."""
    secure_port: int = 0
    expired_port: int = 0
    token_lifetime: float = 3600.0
    """In seconds."""
    clock: Callable[[], float] = time.monotonic
    _log: CallLog = field(init=False, default_factory=CallLog)
    _scripts: dict[str, Script] = field(init=False, default_factory=dict)
    _openings: dict[str, Opening] = field(init=False, default_factory=dict)
    _courier: Courier = field(init=False, default_factory=Courier)
    _runners: list[web.AppRunner] = field(init=False, default_factory=list)

    async def __aenter__(self) -> Self:
        for name in (*BUREAUS, NOWHERE.bureau):
            # One source of chance each: who is called when does not change the rest.
            self._scripts[name] = Script(Random(f"{self.seed}:{name}"))  # noqa: S311 - repeatable, not secret
        self._openings |= {name: self._opening(name) for name in BUREAUS}
        desks = [desk for name, opens in BUREAUS.items() for desk in opens(self._openings[name])]
        front = Front(
            self.people, self._scripts, self._openings, self._log, self._courier, self.clock
        )
        control = control_app(Controls(self._scripts, self._openings, self._log, self._courier))
        try:
            self.port = await self._listen(front.app(desks), self.port, self.tls)
            if self.mutual_tls:
                app = front.app(desks)
                self.secure_port = await self._listen(app, self.secure_port, self.mutual_tls)
            if self.expired_tls:
                app = front.app(desks)
                self.expired_port = await self._listen(app, self.expired_port, self.expired_tls)
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
    def secure_url(self) -> str:
        return f"https://{LOOPBACK}:{self.secure_port}"

    @property
    def expired_url(self) -> str:
        return f"https://{LOOPBACK}:{self.expired_port}"

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

    def billed(
        self, bureau: str | None = None, reference: str | None = None, subject: str | None = None
    ) -> list[Call]:
        """Give what stands on the bill of a bureau, for a reference, about a subject."""
        return list(self._log.billed(bureau, reference, subject))

    @property
    def callbacks(self) -> Sequence[Delivery]:
        """Every callback sent so far."""
        return tuple(self._courier.deliveries)

    async def callbacks_settled(self) -> None:
        """Wait for the callbacks that are on their way."""
        await self._courier.settled()

    def clear_calls(self) -> None:
        self._log.clear()

    def script(self, bureau: str, *steps: Step) -> None:
        """Replace what the bureau does next; no steps: it is honest again."""
        self._scripts[bureau].steps = list(steps)

    def latency(self, bureau: str, profile: Latency) -> None:
        self._scripts[bureau].latency = profile

    def expire_tokens(self, bureau: str) -> None:
        issued = self._openings[bureau].issued
        if issued is None:
            raise LookupError(f"{bureau} hands out no tokens")
        issued.forget()

    def call_back(self, bureau: str, url: str) -> None:
        """Give the bureau the address that it calls back, if a request does not say."""
        self._openings[bureau].callback_url = url

    async def tell(self, bureau: str, act: str, **told: Any) -> Mapping[str, Any]:
        """Have a bureau do something out of turn, such as `complete`."""
        return await self._openings[bureau].acts[act](told)

    def _opening(self, name: str) -> Opening:
        return Opening(
            bureau=name,
            known=self.credentials,
            people=Known(self.people),
            clock=self.clock,
            token_lifetime=self.token_lifetime,
            send=partial(self._courier.send, name),
        )

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
        await self._courier.close()
        while self._runners:
            await self._runners.pop().cleanup()


async def serve(
    bureaus: MockBureaus, started: Callable[[MockBureaus], None] = lambda _: None
) -> None:
    """Keep *bureaus* open until cancelled; *started* is told when they are."""
    async with bureaus:
        started(bureaus)
        await asyncio.Event().wait()
