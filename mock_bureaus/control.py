"""The side the director sees: scripts, latency and the log, over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from .bureaus.tokens import Tokens
from .calls import CallLog
from .faults import FAULTS
from .script import Latency, Script, Step

T = TypeVar("T")

_STEPS = TypeAdapter(list[Step])
_LATENCY = TypeAdapter(Latency)


@dataclass(frozen=True, slots=True)
class Controls:
    """All that can be directed."""

    scripts: Mapping[str, Script]
    tokens: Mapping[str, Tokens]
    log: CallLog


CONTROLS = web.AppKey("controls", Controls)


def control_app(controls: Controls) -> web.Application:
    app = web.Application()
    app[CONTROLS] = controls
    app.add_routes(
        [
            web.get("/bureaus", list_bureaus),
            web.put("/bureaus/{name}/script", put_script),
            web.delete("/bureaus/{name}/script", delete_script),
            web.put("/bureaus/{name}/latency", put_latency),
            web.delete("/bureaus/{name}/tokens", delete_tokens),
            web.get("/calls", get_calls),
            web.delete("/calls", delete_calls),
        ]
    )
    return app


async def list_bureaus(request: web.Request) -> web.Response:
    bureaus = [name for name in request.app[CONTROLS].scripts if name]
    return web.json_response({"bureaus": bureaus, "faults": list(FAULTS)})


async def put_script(request: web.Request) -> web.Response:
    script = _named(request, request.app[CONTROLS].scripts)
    script.steps = await _body(request, _STEPS)
    return _done()


async def delete_script(request: web.Request) -> web.Response:
    _named(request, request.app[CONTROLS].scripts).steps = []
    return _done()


async def put_latency(request: web.Request) -> web.Response:
    script = _named(request, request.app[CONTROLS].scripts)
    script.latency = await _body(request, _LATENCY)
    return _done()


async def delete_tokens(request: web.Request) -> web.Response:
    _named(request, request.app[CONTROLS].tokens).forget()
    return _done()


async def get_calls(request: web.Request) -> web.Response:
    only = request.query.get("bureau")
    calls = request.app[CONTROLS].log.calls
    return web.json_response([call.to_json() for call in calls if only in (None, call.bureau)])


async def delete_calls(request: web.Request) -> web.Response:
    request.app[CONTROLS].log.clear()
    return _done()


def _named(request: web.Request, things: Mapping[str, T]) -> T:
    name = request.match_info["name"]
    if name not in things:
        raise web.HTTPNotFound(text=f"no {name!r} here; there is {sorted(things)}")
    return things[name]


async def _body(request: web.Request, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _done() -> web.Response:
    return web.Response(status=204)
