"""The side the clients see: six bureaus behind one port."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from .calls import CallLog
from .contract import Answer, Desk, Received, said
from .faults import Exchange
from .people import Person
from .script import Script

LARGEST_REQUEST = 16 * 1024 * 1024

_NOBODY = said({"error": "no bureau at this address"}, status=404)


async def _nobody(_received: Received) -> Answer:
    return _NOBODY


NOWHERE = Desk("", "", _nobody, _NOBODY, about_persons=False)
"""Answers at every other path, so that a mistyped address is on the log too."""


@dataclass(frozen=True, slots=True)
class Front:
    """Receive, bill, log, wait, answer: in that order."""

    people: Mapping[str, Person]
    scripts: Mapping[str, Script]
    """By bureau."""
    log: CallLog
    clock: Callable[[], float]

    def app(self, desks: Iterable[Desk]) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        for desk in desks:
            app.router.add_post(desk.path, partial(self._serve, desk))
        app.router.add_route("*", "/{anywhere:.*}", partial(self._serve, NOWHERE))
        return app

    async def _serve(self, desk: Desk, request: web.Request) -> web.StreamResponse:
        received = await _read(request)
        step = self.scripts[desk.bureau].take(desk, received)
        fault, people = step.kind, self.people
        honest = await desk.answer(received) if fault.worked else Answer()
        exchange = partial(Exchange, request, received, desk, people)
        answer = fault.distort(exchange(honest, step.argument))
        # Before the wait: work done for a client that gave up is still billed.
        self.log.add(self.clock(), desk, received, answer, step.fault)
        await asyncio.sleep(step.pause or 0)
        return await fault.carry(exchange(answer, step.argument))


async def _read(request: web.Request) -> Received:
    return Received(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=request.headers,
        body=await request.read(),
    )
