"""The side the director sees: scripts, latency and the log, over HTTP."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from aiohttp import web
from pydantic import ConfigDict, TypeAdapter, ValidationError

from .bureaus.opening import Opening
from .calls import CallLog
from .courier import Courier
from .faults import FAULTS
from .script import Latency, Script, Step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bureau calls back."""

    url: str

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


_ADDRESS = TypeAdapter(Address)
_TOLD = TypeAdapter(dict[str, Any])
_STEPS = TypeAdapter(list[Step])
_LATENCY = TypeAdapter(Latency)


@dataclass(frozen=True, slots=True)
class Controls:
    """All that can be directed."""

    scripts: Mapping[str, Script]
    openings: Mapping[str, Opening]
    log: CallLog
    courier: Courier


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
            web.put("/bureaus/{name}/callback", put_callback),
            web.post("/bureaus/{name}/{act}", post_act),
            web.get("/calls", get_calls),
            web.get("/bill", get_bill),
            web.get("/callbacks", get_callbacks),
            web.delete("/calls", delete_calls),
        ]
    )
    return app


async def list_bureaus(request: web.Request) -> web.Response:
    bureaus = [name for name in request.app[CONTROLS].scripts if name]
    return web.json_response({"bureaus": bureaus, "faults": list(FAULTS)})


async def put_script(request: web.Request) -> web.Response:
    script = _named(request, request.app[CONTROLS].scripts)
    steps = await _body(request, _STEPS)
    script.steps = steps
    return _done()


async def delete_script(request: web.Request) -> web.Response:
    _named(request, request.app[CONTROLS].scripts).steps = []
    return _done()


async def put_latency(request: web.Request) -> web.Response:
    script = _named(request, request.app[CONTROLS].scripts)
    script.latency = await _body(request, _LATENCY)
    return _done()


async def delete_tokens(request: web.Request) -> web.Response:
    issued = _named(request, request.app[CONTROLS].openings).issued
    if issued is None:
        raise web.HTTPNotFound(text="this bureau hands out no tokens")
    issued.forget()
    return _done()


async def put_callback(request: web.Request) -> web.Response:
    opening = _named(request, request.app[CONTROLS].openings)
    opening.callback_url = (await _body(request, _ADDRESS)).url
    return _done()


async def post_act(request: web.Request) -> web.Response:
    acts = _named(request, request.app[CONTROLS].openings).acts
    act = request.match_info["act"]
    if act not in acts:
        raise web.HTTPNotFound(text=f"no {act!r} here; there is {sorted(acts)}")
    told = await _body(request, _TOLD)
    try:
        return web.json_response(await acts[act](told))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


async def get_calls(request: web.Request) -> web.Response:
    only = request.query.get("bureau")
    calls = request.app[CONTROLS].log.calls
    return web.json_response([call.to_json() for call in calls if only in (None, call.bureau)])


async def get_bill(request: web.Request) -> web.Response:
    """Count what is billed: by bureau, and narrowed by what the query says."""
    query = request.query
    asked = (query.get("bureau"), query.get("reference"), query.get("subject"))
    calls = list(request.app[CONTROLS].log.billed(*asked))
    by_bureau = Counter(call.bureau for call in calls)
    numbers = [call.number for call in calls]
    return web.json_response({"billed": len(calls), "bureaus": by_bureau, "calls": numbers})


async def get_callbacks(request: web.Request) -> web.Response:
    deliveries = request.app[CONTROLS].courier.deliveries
    return web.json_response([each.to_json() for each in deliveries])


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
