"""The fields of UserInfo that a mapping, a product or a field mask can name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from datachannel.v1 import options_pb2, user_info_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from ...fields.schema import AMOUNT, DATE, TIMESTAMP, label

_ONE_VALUE: Final = {DATE: "date", TIMESTAMP: "timestamp", AMOUNT: "amount"}
_NUMBERS: Final = {
    FieldDescriptor.CPPTYPE_STRING: "string",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_DOUBLE: "ratio or decimal",
}


def fields_table() -> str:
    """Write one line for each: its path, and the `type` of the row that maps to it."""
    rows = list(_fields(user_info_pb2.UserInfo.DESCRIPTOR, ""))
    width = max(len(path) for path, _ in rows)
    return "\n".join(f"{path:{width}}  {kind}" for path, kind in rows)


def _fields(message: Descriptor, above: str) -> Iterator[tuple[str, str]]:
    for field in message.fields:
        path = f"{above}{field.name}"
        inner = field.message_type
        if inner is None:
            yield path, _scalar(field)
        elif inner.full_name in _ONE_VALUE:
            yield path, _ONE_VALUE[inner.full_name]
        elif inner.GetOptions().map_entry:
            yield f"{path}.NAME", "any of string, int, decimal, bool, date, amount, ratio"
        elif field.is_repeated:
            yield from _rows(inner, path)
        else:
            yield from _fields(inner, f"{path}.")


def _rows(inner: Descriptor, path: str) -> Iterator[tuple[str, str]]:
    """Write a list: mapped by `list` and `each`, or, where its rows have keys, row by row."""
    key = tuple(inner.GetOptions().Extensions[options_pb2.natural_key])
    keyed = f"[{','.join(key)}]" if key else ""
    yield f"{path}{keyed}", "list"
    given = {*key, "connector"}
    for name, kind in _fields(inner, f"{path}{keyed}[]." if not keyed else f"{path}{keyed}."):
        if name.rpartition(".")[2] not in given:
            yield name, kind


def _scalar(field: FieldDescriptor) -> str:
    if field.enum_type is not None:
        words = (label(field.enum_type, value.number) for value in field.enum_type.values)
        return f"enum {', '.join(list(words)[1:])}"
    kind = _NUMBERS.get(field.cpp_type, "int")
    return f"list of {kind}" if field.is_repeated else kind
