"""Cuts user info down to what may leave the house."""

from __future__ import annotations

from collections.abc import Sequence

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
        elif within(path, wanted) and not touches(path, denied):
            continue
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            for key in list(value):
                entry = f"{path}.{key}"
                if within(entry, denied) or not within(entry, wanted):
                    del value[key]
        elif field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                trim(part, wanted, denied, f"{path}.")
