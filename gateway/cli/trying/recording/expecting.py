"""What a test expects: what came when it was played, with a made-up person and made-up secrets."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from connectors.codec.json import read_json
from connectors.contract import Wire
from connectors.rehearsal.portrait import portray
from connectors.words import FieldStatus

from ....fields.schema import schema
from .twin import Twin

_LONGEST = 2_000
"""Letters of a body that is still pinned."""


def expected(twin: Twin) -> dict[str, object]:
    ended = twin.ended
    told: dict[str, object] = {
        "outcome": ended.outcome,
        "requests": [request(wire) for wire in twin.sent],
        "billed": ended.billed,
        "cost": ended.cost,
    }
    if ended.reply is None:
        return told
    if ended.reply.bureau_reference:
        told["bureau_reference"] = ended.reply.bureau_reference
    info = schema().user_info()
    info.ParseFromString(ended.reply.user_info)
    told["user_info"] = portray(info)
    absent = {
        target: note.status
        for target, note in ended.reply.meta.items()
        if note.status is not FieldStatus.PRESENT and target in twin.spec.targets
    }
    if absent:
        told["fields"] = absent
    return told


def request(wire: Wire) -> dict[str, object]:
    """Pin one message: it was written with nothing that is real."""
    if wire.method == "SQL":
        return {"bind": {name: value for name, value in wire.bound.items() if _is_plain(value)}}
    path, _, query = wire.target.partition("?")
    told: dict[str, object] = {"method": wire.method, "path": path}
    if query:
        told["query"] = dict(parse_qsl(query, keep_blank_values=True))
    return {**told, **_body(wire)}


def _body(wire: Wire) -> Mapping[str, object]:
    kinds = [value for name, value in wire.headers if name.lower() == "content-type"]
    kind = kinds[0].partition(";")[0].strip() if kinds else ""
    try:
        text = wire.body.decode()
        if kind == "application/json":
            return {"json": read_json(text)}
    except ValueError:
        return {}
    if kind == "application/x-www-form-urlencoded":
        return {"form": dict(parse_qsl(text, keep_blank_values=True))}
    # The parts of a multipart message are told apart by chance.
    if not text or len(text) > _LONGEST or kind.startswith("multipart/"):
        return {}
    return {"text": text}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)
