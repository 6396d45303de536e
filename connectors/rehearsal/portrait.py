"""User info as a tree of plain values, as a person would write it into a test."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from ..mapping.leaf import MESSAGES

OURS: Final = "connector"
"""The gateway's own field in each row: the same in all of them, so nobody writes it."""


def portray(message: Message) -> dict[str, object]:
    """
    Write a message as a tree.

    Enums are their labels without prefix, dates and times are ISO 8601, an
    attribute is its value, and what is not set is not there.
    """
    tree: dict[str, object] = {}
    for field, value in message.ListFields():
        if field.name != OURS:
            tree[field.name] = _field(field, value)
    return tree


def _field(field: FieldDescriptor, value: Any) -> object:
    if not field.is_repeated:
        return _one(field, value)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name["value"]
        return {key: _one(entry, value[key]) for key in value}
    return [_one(field, each) for each in value]


def _one(field: FieldDescriptor, value: Any) -> object:
    if field.enum_type is not None:
        return _label(field.enum_type, value)
    if field.message_type is not None:
        return _message(value)
    return Decimal(repr(value)) if isinstance(value, float) else value


def _label(enum: EnumDescriptor, number: int) -> str:
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    value = enum.values_by_number.get(number)
    return str(value.name).removeprefix(prefix) if value else str(number)


def _message(message: Any) -> object:
    match MESSAGES.get(message.DESCRIPTOR.full_name):
        case "date":
            written = f"{message.year:04d}-{message.month:02d}-{message.day:02d}"
            return written if message.day else written[:-3]
        case "timestamp":
            return message.ToJsonString()
        case "amount":
            return {"minor_units": message.minor_units, "currency": message.currency}
    if "value" in message.DESCRIPTOR.oneofs_by_name:
        name = message.WhichOneof("value")
        return _one(message.DESCRIPTOR.fields_by_name[name], getattr(message, name))
    return portray(message)
