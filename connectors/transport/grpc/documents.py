"""Messages of a service, as the JSON that a connector writes and reads."""

from __future__ import annotations

import base64
import math
import struct
from decimal import Decimal
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from ...codec.json import Json

_JSON = Json(kind="json")
WELL_KNOWN: Final = "google.protobuf."
"""Begins the names of messages that have a JSON of their own."""


def to_message(body: bytes, kind: type[Message]) -> bytes:
    """Write JSON as a message. Raises `ValueError`, which quotes nothing."""
    try:
        if not body.startswith(b"{"):
            raise ValueError  # noqa: TRY301 (an empty list would pass for an empty message)
        # Its errors quote values, and are left behind.
        return json_format.Parse(body, kind()).SerializeToString()
    except (json_format.ParseError, ValueError, RecursionError):
        pass
    raise ValueError(f"does not fit {kind.DESCRIPTOR.full_name}")


def to_json(content: bytes, kind: type[Message]) -> bytes:
    """
    Read a message as JSON, exactly; raises `ValueError`, which quotes nothing.

    Names are those of the proto, enums are names, bytes base64, and 64 bits a
    number. What has no presence is there with its default, as nobody can tell.
    """
    try:
        message = kind.FromString(content)
    except Exception as error:  # noqa: BLE001 (each of protobuf's cores has errors of its own)
        name = type(error).__name__
    else:
        return _JSON.encode(_document(message))
    raise ValueError(f"no {kind.DESCRIPTOR.full_name}: {name}")


def _document(message: Any) -> object:
    descriptor: Descriptor = message.DESCRIPTOR
    if descriptor.full_name.startswith(WELL_KNOWN):
        return _well_known(message)
    found: dict[str, object] = {}
    for field in descriptor.fields:
        if field.has_presence and not message.HasField(field.name):
            continue
        value = getattr(message, field.name)
        if (inner := map_value(field)) is not None:
            found[field.name] = {_key(key): _value(inner, value[key]) for key in sorted(value)}
        elif field.is_repeated:
            found[field.name] = [_value(field, item) for item in value]
        else:
            found[field.name] = _value(field, value)
    return found


def _well_known(message: Any) -> object:
    """Write Timestamp, Duration, Struct and their like as protobuf's own JSON has them."""
    fields = message.DESCRIPTOR.fields_by_name
    if message.DESCRIPTOR.name.endswith("Value") and list(fields) == ["value"]:
        return _value(fields["value"], message.value)
    return _exact(json_format.MessageToDict(message, preserving_proto_field_name=True))


def _exact(node: object) -> object:
    match node:
        case dict():
            return {name: _exact(node[name]) for name in sorted(node)}
        case list():
            return [_exact(item) for item in node]
        case float():
            return Decimal(int(node)) if node.is_integer() else Decimal(repr(node))
        case _:
            return node


def _value(field: FieldDescriptor, value: Any) -> object:
    if field.message_type is not None:
        return _document(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number that JSON does not have")
        return _shortest(value) if field.type == FieldDescriptor.TYPE_FLOAT else _exact(value)
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _shortest(value: float) -> Decimal:
    """Give the number that was meant: the shortest that 32 bits hold as this one."""
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    same = (text for text in texts if struct.unpack("f", struct.pack("f", float(text)))[0] == value)
    return Decimal(next(same, repr(value)))


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def map_value(field: FieldDescriptor) -> FieldDescriptor | None:
    """Give the values' field of a map; None for what is no map."""
    if field.message_type is None or not field.message_type.GetOptions().map_entry:
        return None
    return field.message_type.fields_by_name["value"]
