"""Cuts user info down to what may leave the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from .paths import touches, within


def trim(message: Message, wanted: Sequence[str], denied: Sequence[str], prefix: str = "") -> None:
    """
    Clear every field that is not wanted, or that is denied.

    What is denied inside a list is cleared in each of its rows.
    """
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        if within(path, denied) or not touches(path, wanted):
            message.ClearField(field.name)
        elif not within(path, wanted) or touches(path, denied):
            _trim_below(field, value, wanted, denied, path)
            if not field.is_repeated and field.message_type is not None and not value.ListFields():
                # That there was something would be told by the empty message.
                message.ClearField(field.name)


def _trim_below(
    field: FieldDescriptor,
    value: Any,
    wanted: Sequence[str],
    denied: Sequence[str],
    path: str,
) -> None:
    """Look into a field of which not all may stay."""
    if field.message_type is None:
        return
    if field.message_type.GetOptions().map_entry:
        for key in list(value):
            entry = f"{path}.{key}"
            if within(entry, denied) or not within(entry, wanted):
                del value[key]
        return
    for part in value if field.is_repeated else (value,):
        trim(part, wanted, denied, f"{path}.")
