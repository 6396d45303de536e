"""The question of an inline test: whole, typed, and with the bureau's part in it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from ..contract import Query, Standing, Values, WireReply
from ..errors import ConnectorError, Lost, NotSent
from ..faults import ConfigError, Findings, Place
from ..inline import InlineTest, ScriptedCallback, ScriptedReply
from ..kit import Clock, Schema
from ..message.exact_json import write_json
from ..template.language import guess
from ..template.scalar import canonical
from ..transport.rows import write_rows
from ..verify import Message
from ..words import Purpose

ROOTS: Final = ("subject", "inquiry", "application", "device", "consent", "user_info")
INHERITED: Final = (
    *("freeze", "secrets", "env", "purpose", "deadline", "replies", "callbacks"),
    *ROOTS,
)
"""What a test takes over from the one that it is like."""

PATIENCE: Final = 10.0
"""Seconds until the deadline, where a test does not say."""

_SPELLED: Final[Mapping[type, str]] = {
    str: "text: put it in quotes",
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number",
    date: "a date, such as 1990-12-05",
    datetime: "a moment with its zone, such as 2026-01-02T03:04:05Z",
}


def whole(tests: Sequence[InlineTest], index: int) -> InlineTest:
    """Follow `like`, and give the test with all that it takes over."""
    by_name = {each.name: each for each in tests}
    test = tests[index]
    seen, like = {test.name}, test.like
    while like is not None:
        if like in seen:
            raise ConfigError("in the end the test is like itself", ("like",))
        if like not in by_name:
            raise ConfigError(f"there is no test {like!r}{guess(like, by_name)}", ("like",))
        other = by_name[like]
        given = {name: getattr(other, name) for name in INHERITED if getattr(test, name) is None}
        test = test.model_copy(update=given)
        seen.add(like)
        like = other.like
    return test


def query_of(
    test: InlineTest, connector: str, purpose: Purpose, schema: Schema, clock: Clock
) -> Query:
    """Ask what a whole test asks. Raises `ConfigError` for names and types that no query has."""
    findings = Findings()
    values: dict[str, Values] = {}
    for root in ROOTS:
        with findings.at(root):
            given = getattr(test, root) or {}
            values[root] = typed(given, schema.roots.get(root, {}), root)
    findings.close()
    deadline = clock.now() + (PATIENCE if test.deadline is None else test.deadline)
    standing = Standing(
        tenant="rehearsal",
        caller="rehearsal",
        inquiry_id="rehearsal",
        purpose=purpose,
        consent=None,
        subject_token="",
        config_version="",
    )
    return Query(
        connector,
        standing,
        lambda: deadline,
        subject=values["subject"],
        inquiry={"purpose": purpose.value, **values["inquiry"]},
        application=values["application"],
        device=values["device"],
        consent=values["consent"],
        user_info=values["user_info"],
    )


def typed(source: Mapping[str, object], types: Mapping[str, type], root: str) -> Values:
    """Give YAML's values the types that the schema has for them, by dotted path."""
    findings = Findings()
    values: dict[str, object] = {}
    if root == "application" and "attachments" in source:
        with findings.at("attachments"):
            values |= attachments(source["attachments"])
        source = {name: value for name, value in source.items() if name != "attachments"}
    for place, value in _leaves(source):
        path = ".".join(map(str, place))
        free = root == "inquiry" and path.startswith("inputs.")
        kind = str if free else types.get(path)
        with findings.at(*place):
            if kind is None:
                raise ConfigError(f"{root} has no {path}{guess(path, types)}")
            values[path] = _typed(value, kind)
    findings.close()
    return values


def attachments(source: object) -> Values:
    """Read files by name, each as ``{text: ...}`` or ``{base64: ...}``."""
    findings = Findings()
    values: dict[str, object] = {}
    for name, written in source.items() if isinstance(source, Mapping) else ():
        with findings.at(str(name)):
            values[f"attachments.{name}"] = _octets(written)
    if not isinstance(source, Mapping):
        findings.add("files stand by their names")
    findings.close()
    return values


def _octets(written: object) -> bytes:
    match written:
        case {"text": str(text), **others} if not others:
            return text.encode()
        case {"base64": str(text), **others} if not others:
            try:
                return b64decode(text, validate=True)
            except ValueError:
                raise ConfigError("is no base64", ("base64",)) from None
    raise ConfigError("is a file: {text: ...}, or {base64: ...}")


def called_back(callback: ScriptedCallback) -> Message:
    """Write down what the bureau sends of its own accord."""
    headers = {name.lower(): value for name, value in callback.headers.items()}
    return Message(headers, _body(callback), callback.path_secret)


def scripted(reply: ScriptedReply, connector: str) -> WireReply | ConnectorError:
    """Write down what the bureau answers, or how it fails to."""
    if reply.fails is not None:
        return (NotSent if reply.fails == "not_sent" else Lost)(connector, "scripted")
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return WireReply(reply.status, headers, _body(reply))


def _body(reply: ScriptedReply | ScriptedCallback) -> bytes:
    if isinstance(reply, ScriptedReply) and reply.rows is not None:
        columns = tuple(reply.rows[0]) if reply.rows else ()
        if any(tuple(row) != columns for row in reply.rows):
            raise ConfigError("all rows have the same columns, in the same order", ("rows",))
        return write_rows(columns, [tuple(row.values()) for row in reply.rows])
    if "json_" in reply.model_fields_set:
        return write_json(exact(reply.json_)).encode()
    return (reply.text or "").encode()


def exact(tree: object) -> object:
    """YAML knows floats; we do not: what it wrote as 1.5 is exactly 1.5."""
    if isinstance(tree, Mapping):
        return {name: exact(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [exact(value) for value in tree]
    return Decimal(repr(tree)) if isinstance(tree, float) else tree


def _leaves(source: Mapping[str, object], at: Place = ()) -> Iterator[tuple[Place, object]]:
    for name, value in source.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*at, name))
        elif value is not None:
            yield (*at, name), value


def _typed(value: object, kind: type) -> object:
    read: object = None
    if kind is date or kind is datetime:
        read = _moment(value, kind)
    elif kind is Decimal and not isinstance(value, bool):
        read = _number(value)
    elif type(value) is kind:
        read = value
    if read is None:
        raise ConfigError(f"must be {_SPELLED[kind]}")
    return read


def _moment(value: object, kind: type) -> object:
    text = value if isinstance(value, str) else ""
    try:
        if kind is date:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(canonical(exact(value)) or "")
    except InvalidOperation:
        return None
