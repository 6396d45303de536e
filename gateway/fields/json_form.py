"""A message as people write it in JSON: days as ISO 8601, and enums without their prefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from ..subject.violation import Violation
from .schema import DATE, prefix

_OWN_FORM = "google.protobuf."
"""Messages of which JSON has a form of its own: a time is text."""

_WANTED = {
    FieldDescriptor.CPPTYPE_STRING: "must be text",
    FieldDescriptor.CPPTYPE_BOOL: "must be true or false",
    FieldDescriptor.CPPTYPE_ENUM: "must be a value that this gateway knows",
    FieldDescriptor.CPPTYPE_MESSAGE: "must be in the form that JSON has for it",
}
"""By kind of field; all others are numbers."""


def read_into(message: Message, found: Mapping[str, object]) -> tuple[Violation, ...]:
    """
    Read JSON into a message, or name all that does not fit it, and nothing of the values.

    The parser itself tells pieces of what it can not read.
    """
    kind = cast("Descriptor", message.DESCRIPTOR)
    written = _spelled_out(found, kind)
    if wrong := tuple(_misfits(written, kind)):
        return wrong
    try:
        ParseDict(written, message)
    except ParseError:
        return (Violation(kind.name, "message", "says one thing twice"),)
    return ()


def _fields(kind: Descriptor) -> Mapping[str, FieldDescriptor]:
    return {name: field for field in kind.fields for name in (field.name, field.json_name)}


def _spelled_out(found: Mapping[str, object], kind: Descriptor) -> dict[str, object]:
    """Write days and enums as the protos' own JSON has them; what is neither stays as it is."""
    fields = _fields(kind)
    return {
        name: _spelled(value, fields[name]) if name in fields else value
        for name, value in found.items()
    }


def _spelled(value: object, field: FieldDescriptor) -> object:
    if isinstance(value, list):
        return [_spelled(each, field) for each in value]
    if field.message_type is not None and isinstance(value, dict):
        return _spelled_out(value, field.message_type)
    if field.message_type is not None and field.message_type.full_name == DATE:
        day = _day(value)
        return value if day is None else {"year": day.year, "month": day.month, "day": day.day}
    if field.enum_type is not None and isinstance(value, str):
        return prefix(field.enum_type) + value.removeprefix(prefix(field.enum_type))
    return value


def _day(value: object) -> date | None:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None


def _misfits(found: Mapping[str, object], kind: Descriptor, above: str = "") -> Iterator[Violation]:
    fields = _fields(kind)
    for name, value in found.items():
        field, path = fields.get(name), f"{above}{name}"
        if field is None:
            yield Violation(path, "unknown", f"is no field of {kind.name}")
        elif field.message_type is None or _has_own_form(field.message_type):
            if not _fits({name: value}, kind):
                told = _WANTED.get(field.cpp_type, "must be a number")
                yield Violation(
                    path, "type", f"must be a list: each {told}" if field.is_repeated else told
                )
        elif value is not None:
            yield from _below(value, field, field.message_type, path)


def _below(
    value: object, field: FieldDescriptor, kind: Descriptor, path: str
) -> Iterator[Violation]:
    """Look into messages; of what is none the parser might make one that says nothing."""
    places = {path: value}
    if field.is_repeated:
        if not isinstance(value, list):
            yield Violation(path, "type", "must be a list of objects")
            return
        places = {f"{path}[{number}]": each for number, each in enumerate(value)}
    for place, each in places.items():
        if isinstance(each, dict):
            yield from _misfits(each, kind, f"{place}.")
        elif kind.full_name == DATE:
            yield Violation(place, "date", "must be a day of the calendar: YYYY-MM-DD")
        else:
            yield Violation(place, "type", "must be an object")


def _has_own_form(kind: Descriptor) -> bool:
    return kind.full_name.startswith(_OWN_FORM) or bool(kind.GetOptions().map_entry)


def _fits(found: dict[str, object], kind: Descriptor) -> bool:
    try:
        ParseDict(found, GetMessageClass(kind)())
    except ParseError:
        return False
    return True
