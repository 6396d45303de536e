"""How reports, refusals and findings are shown to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datachannel.v1 import data_channel_service_pb2, report_pb2, user_info_pb2
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.type import money_pb2
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from datachannel_client import GatewayRefusal

from ..catalog.reading import CatalogError
from ..config.finding import Located, written
from ..fields.schema import DATE, day_of, label, natural_keys
from ..rpc.translate import amount
from . import process

_GOOD, _NEUTRAL, _BAD = "green", "yellow", "red"
_COLOURS = {
    **dict.fromkeys(("HIT", "PRESENT", "COMPLETE"), _GOOD),
    **dict.fromkeys(("NO_HIT", "NOT_FOUND", "NULL_VALUE", "PARTIAL", "NOT_NEEDED"), _NEUTRAL),
}
_KEYS = dict(natural_keys(user_info_pb2.UserInfo.DESCRIPTOR))
_SHOWN_AT_MOST = 48
"""Letters of a value in a table."""
_ROOMY = 110
"""Columns of a console in which the longest path has room in one line."""


def blame(error: CatalogError) -> int:
    """Print all that is wrong with a config folder; give the exit code for it."""
    for finding in error.findings:
        process.complain(str(finding))
    count = len(error.findings)
    process.complain(f"{count} finding{'' if count == 1 else 's'}")
    return process.FAILED


def finding_dict(finding: Located) -> dict[str, object]:
    return {
        "file": str(finding.file),
        "line": finding.line,
        "column": finding.column,
        "path": written(finding.at),
        "message": finding.message,
    }


def money(value: money_pb2.Money) -> str:
    return f"{amount(value):.2f} {value.currency_code}".strip()


def report_dict(report: report_pb2.Report) -> dict[str, Any]:
    """Say a report in JSON's types, under the names of the protos."""
    return MessageToDict(report, preserving_proto_field_name=True)


def answer_line(answer: data_channel_service_pb2.ConnectorAnswer) -> str:
    """Say in a line how one connector's part of an inquiry ended."""
    one = answer.result
    took = f"{one.latency.ToTimedelta().total_seconds() * 1000:.0f} ms"
    return f"{one.connector}: {_word(one, 'outcome')}, {took}, {money(one.cost)}"


def report_view(report: report_pb2.Report, *, facts: bool = True) -> RenderableType:
    """Show a report: the judgement, who was asked, and with `facts` what is known of whom."""
    parts: list[RenderableType] = [_headline(report), _connectors(report)]
    if facts:
        parts.append(_fields(report))
    if facts and report.filled:
        parts.append(_filled(report))
    parts += [Text(f"warning: {one.reason} {one.path}", _NEUTRAL) for one in report.warnings]
    return Group(*(each for part in parts for each in (part, "")))


def refusal_dict(refused: GatewayRefusal) -> dict[str, Any]:
    return {
        "code": refused.code.name,
        "reason": refused.reason,
        "message": str(refused),
        "violations": [
            {"path": one.path, "description": one.description} for one in refused.violations
        ],
        "call_ids": list(refused.call_ids),
        "incident": refused.incident,
    }


def refusal_view(refused: GatewayRefusal) -> RenderableType:
    """Show why an inquiry was refused, and every field that is to blame."""
    code = f" ({refused.code.name})" if refused.reason else ""
    lines: list[RenderableType] = [Text(f"refused: {refused}{code}", _BAD)]
    lines += [Text(f"  {one.path}: {one.description}") for one in refused.violations]
    if refused.call_ids:
        lines.append(Text(f"  may have been bought: {', '.join(refused.call_ids)}"))
    if refused.incident:
        lines.append(Text(f"  incident {refused.incident}"))
    return Group(*lines)


def table(
    title: str, columns: Iterable[str], rows: Iterable[Iterable[str]], unbroken: str = ""
) -> Table:
    """
    Lay rows out; words that every reader looks for have their colour.

    The column `unbroken` keeps its words whole where there is room.
    """
    laid = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    roomy = process.console().width >= _ROOMY
    for column in columns:
        laid.add_column(column, overflow="fold", no_wrap=roomy and column == unbroken)
    for row in rows:
        laid.add_row(*(Text(cell, _COLOURS.get(cell, "")) for cell in row))
    return laid


def _headline(report: report_pb2.Report) -> Text:
    completeness = report.completeness
    verdict = _word(completeness, "verdict")
    missing = ", ".join(f"{one.path} ({_word(one, 'status')})" for one in completeness.missing)
    return Text.assemble(
        (verdict, _COLOURS.get(verdict, _BAD)),
        f"  score {completeness.score:.2f}  cost {money(report.cost)}",
        f"  config {report.config_version}  report {report.report_id[:12]}",
        f"\nmissing: {missing}" if missing else "",
    )


def _connectors(report: report_pb2.Report) -> Table:
    rows = (
        (
            one.connector,
            _word(one, "outcome"),
            f"{one.latency.ToTimedelta().total_seconds() * 1000:.0f} ms",
            money(one.cost),
            _word(one, "billed"),
            _word(one, "served_from"),
            str(one.attempts),
        )
        for one in report.connectors
    )
    columns = ("connector", "outcome", "latency", "cost", "billed", "served from", "attempts")
    return table("Connectors", columns, rows)


def _fields(report: report_pb2.Report) -> Table:
    rows = (
        (
            path,
            shown(value_at(report.user_info, path)),
            _word(meta, "status"),
            _word(meta, "origin"),
            (meta.connector or meta.rule_id.partition(".")[0]) + (" conflict" * meta.conflict),
        )
        for path, meta in sorted(report.fields.items())
    )
    return table("Fields", ("field", "value", "status", "origin", "source"), rows, "field")


def _filled(report: report_pb2.Report) -> Table:
    rows = ((one.path, _word(one, "origin"), one.rule_id) for one in report.filled)
    return table("Filled, because the caller had left it out", ("input", "origin", "rule"), rows)


def _word(message: Message, name: str) -> str:
    """Read an enum as its word; what was not said is nothing."""
    number = getattr(message, name)
    enum = message.DESCRIPTOR.fields_by_name[name].enum_type
    return label(enum, number) if number and isinstance(enum, EnumDescriptor) else ""


def value_at(message: Message, path: str) -> object:
    """Look a path of `UserInfo` up, rows by their natural key; None where nothing stands."""
    current: object = message
    walked = ""
    for part in path.split("."):
        name, _, key = part.removesuffix("]").partition("[")
        walked = f"{walked}.{name}".removeprefix(".")
        current = _below(current, name)
        if key and current is not None:
            current = _row(current, _KEYS.get(walked, ()), key.split(","))
    return current


def _below(current: object, name: str) -> object:
    if isinstance(current, Message):
        field = current.DESCRIPTOR.fields_by_name.get(name)
        if field is None or (
            not field.is_repeated and field.has_presence and not current.HasField(name)
        ):
            return None
        value = getattr(current, name)
        if isinstance(field.enum_type, EnumDescriptor) and isinstance(value, int):
            return label(field.enum_type, value)
        return value
    # Not every map of protobuf answers None for what it lacks: one makes it up.
    return dict(current).get(name) if isinstance(current, Mapping) else None


def _row(rows: object, names: tuple[str, ...], key: list[str]) -> object:
    if not isinstance(rows, Iterable):
        return None
    return next((row for row in rows if [str(_below(row, name)) for name in names] == key), None)


def shown(value: object) -> str:
    """Write a value so that it fits a table: rows are counted, long text is cut."""
    if value is None:
        return ""
    if isinstance(value, Message):
        day = day_of(value) if value.DESCRIPTOR.full_name == DATE else None
        return str(day) if day else _short(_parts(value))
    if not isinstance(value, str | bytes) and isinstance(value, Iterable):
        rows = list(value)
        first = shown(rows[0]) if rows else ""
        return f"{len(rows)} rows" if len(rows) > 1 else first
    return _short(str(value))


def _parts(value: Message) -> str:
    """Write a message in a line; a value that is one of several kinds is itself."""
    given = {
        field.name: shown(_below(value, field.name))
        for field, _ in value.ListFields()
        if field.name != "connector"  # a column of its own says it
    }
    if len(given) == 1:
        return next(iter(given.values()))
    return " ".join(f"{name}={text}" for name, text in given.items())


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[: _SHOWN_AT_MOST - 1]}…"
