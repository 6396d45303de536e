"""Which types of rows fit which fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from ..faults import ConfigError
from .types.scalars import INT64

_RANGES: Final = frozenset({"string", "double", "int", "amount"})
"""The shapes that take an end of a range."""

_BOUNDS: Final = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: INT64,
    FieldDescriptor.TYPE_SINT64: INT64,
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}

_SHAPES: Final = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_ENUM: "enum",
    **dict.fromkeys(_BOUNDS, "int"),
}

MESSAGES: Final = {
    "google.type.Date": "date",
    "google.protobuf.Timestamp": "timestamp",
    "datachannel.v1.Amount": "amount",
}
"""Messages that are one value, and are mapped as one."""

BAND: Final = "datachannel.v1.AmountRange"
"""Two amounts; each can be mapped by itself, and a range is both."""

_TYPES: Final = {
    "string": ("string", "decimal"),
    "double": ("decimal", "ratio"),
    "bool": ("bool",),
    "enum": ("enum",),
    "int": ("int",),
    "date": ("date",),
    "timestamp": ("timestamp",),
    "amount": ("amount",),
}
"""The types of rows that a shape of field takes."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The field that a value is written to."""

    shape: str
    bounds: tuple[int, int]
    labels: Mapping[str, int]
    """An enum's numbers by label, without its prefix, and without "not said"."""


def fit(descriptor: FieldDescriptor, type_: str, path: str) -> Leaf:
    """Describe a field to a row of this type. Raises `ConfigError` where the two do not fit."""
    message = descriptor.message_type
    shape = (
        _SHAPES.get(descriptor.type, "") if message is None else MESSAGES.get(message.full_name, "")
    )
    if type_ == "range" and message is not None and message.full_name == BAND:
        shape = "band"
    elif type_ == "range" and shape in _RANGES:
        type_ = _TYPES[shape][0]
    takes = (type_,) if shape == "band" else _TYPES.get(shape)
    if takes is None:
        what = "a message: map the fields in it" if message is not None else "of an unknown type"
        raise ConfigError(f"`{path}` is {what}")
    if type_ not in takes:
        raise ConfigError(f"`{path}` takes type {' or '.join(takes)}, not {type_}", ("type",))
    return Leaf(shape, _BOUNDS.get(descriptor.type, (0, 0)), _labels(descriptor.enum_type))


def _labels(enum: EnumDescriptor | None) -> Mapping[str, int]:
    if enum is None:
        return {}
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix): value.number for value in enum.values if value.number}


def hint(word: str, known: Mapping[str, object]) -> str:
    """Name what is close to a word, for the end of a message."""
    close = get_close_matches(word, known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
