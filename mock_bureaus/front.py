"""The side the clients see: every bureau behind one port."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from .bureaus.opening import Opening
from .calls import CallLog
from .contract import Answer, Desk, Received, said
from .courier import Courier
from .faults import Exchange, Fault
from .forgetting import forgetting
from .people import Person
from .script import Script

LARGEST_REQUEST = 16 * 1024 * 1024

_NOBODY = said({"error": "no bureau at this address"}, status=404)


async def _nobody(_received: Received) -> Answer:
    return _NOBODY


NOWHERE = Desk("", "", _nobody, _NOBODY, about_persons=False)
"""Answers at every other path, so that a mistyped address is on the log too."""


_AFTERWARDS = {"after": 1, "twice": 2, "first": 0, "never": 0}
"""How often a callback is sent once the answer is."""


@dataclass(frozen=True, slots=True)
class Front:
    """Receive, bill, log, wait, answer, call back: in that order."""

    people: Mapping[str, Person]
    scripts: Mapping[str, Script]
    """By bureau."""
    openings: Mapping[str, Opening]
    log: CallLog
    courier: Courier
    clock: Callable[[], float]

    def app(self, desks: Iterable[Desk]) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        for desk in desks:
            app.router.add_route(desk.method, desk.path, partial(self._serve, desk))
        app.router.add_route("*", "/{anywhere:.*}", partial(self._serve, NOWHERE))
        return app

    async def _serve(self, desk: Desk, request: web.Request) -> web.StreamResponse:
        received = await _read(request)
        step = self.scripts[desk.bureau].take(desk, received)
        received = replace(received, polls=step.polls)
        fault, people = step.kind, self.people
        honest = await self._honest(desk, received, fault)
        exchange = partial(Exchange, request, received, desk, people)
        answer = fault.distort(exchange(honest, step.argument))
        # Before the wait: work done for a client that gave up is still billed.
        self.log.add(self.clock(), desk, received, answer, step.fault)
        if fault.callbacks == "first":
            await self.courier.send(desk.bureau, answer.callbacks)
        try:
            await asyncio.sleep(step.pause or 0)
            return await fault.carry(exchange(answer, step.argument))
        finally:
            self.courier.send_later(desk.bureau, answer.callbacks * _AFTERWARDS[fault.callbacks])

    async def _honest(self, desk: Desk, received: Received, fault: Fault) -> Answer:
        issued = self.openings[desk.bureau].issued if desk.bureau else None
        if fault.expires and issued is not None:
            issued.forget()
        if not fault.worked:
            return Answer()
        with forgetting(everything=fault.forgets):
            return await desk.answer(received)


async def _read(request: web.Request) -> Received:
    return Received(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=request.headers,
        body=await request.read(),
        path_params=dict(request.match_info),
        raw_path=request.raw_path,
    )
