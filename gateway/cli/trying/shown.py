"""What came of a call, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datachannel.v1 import user_info_pb2
from google.protobuf.json_format import MessageToDict
from rich.console import Group, RenderableType
from rich.text import Text

from connectors.mapping import status_of
from connectors.words import ANSWERS, FieldStatus, Outcome

from .. import printing
from .call import Called

WAITED_FOR = frozenset({Outcome.PENDING, Outcome.NEED_MORE})


def is_well(called: Called) -> bool:
    """Tell whether the bureau told something, or will."""
    return called.ended.outcome in ANSWERS | WAITED_FOR


def as_json(called: Called, currency: str) -> dict[str, Any]:
    ended = called.ended
    return {
        "connector": called.spec.name,
        "version": called.spec.version,
        "inquiry_id": called.query.standing.inquiry_id,
        "call_id": called.call_id,
        "outcome": ended.outcome,
        "note": ended.note,
        "attempts": ended.attempts,
        "billed": ended.billed,
        "cost": {"amount": str(ended.cost), "currency": currency},
        "bureau_reference": _reference(called),
        "job": ended.reply.job if ended.reply else "",
        "user_info": MessageToDict(user_info(called), preserving_proto_field_name=True),
        "fields": dict(statuses(called)),
    }


def view(called: Called, currency: str) -> RenderableType:
    """Show the end, and what is known of each field."""
    ended = called.ended
    told: list[tuple[str, object]] = [
        ("outcome", f"{ended.outcome}{f' ({ended.note})' if ended.note else ''}"),
        ("billed", ended.billed),
        ("cost", f"{ended.cost:.2f} {currency}"),
        ("attempts", ended.attempts),
        ("reference", _reference(called)),
        ("call", called.call_id),
    ]
    lines = [Text(f"{name:<10} {value}") for name, value in told if value != ""]
    if ended.outcome is Outcome.PENDING:
        lines.append(Text("the bureau is still at it: the gateway follows it up when it starts"))
    info = user_info(called)
    rows = (
        (target, printing.shown(printing.value_at(info, target)), status)
        for target, status in statuses(called)
    )
    return Group(*lines, "", printing.table("Fields", ("field", "value", "status"), rows, "field"))


def statuses(called: Called) -> Iterator[tuple[str, FieldStatus]]:
    """Give the status of each field that the connector could have given."""
    reply = called.ended.reply
    notes = reply.meta if reply else {}
    for target in dict.fromkeys((*called.spec.targets, *notes)):
        yield target, status_of(called.ended.outcome, notes.get(target))


def user_info(called: Called) -> user_info_pb2.UserInfo:
    reply = called.ended.reply
    return user_info_pb2.UserInfo.FromString(reply.user_info if reply else b"")


def _reference(called: Called) -> str:
    return called.ended.reply.bureau_reference if called.ended.reply else ""
