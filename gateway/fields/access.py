"""Reading and clearing one path of a `UserInfo`; paths into rows are not for these."""

from __future__ import annotations

from google.protobuf.message import Message


def holder(message: Message, path: str) -> tuple[Message, str] | None:
    """Find the message that holds a path's last field; None where the way there is not set."""
    *way, last = path.split(".")
    for name in way:
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            return message, name
        if not message.HasField(name):
            return None
        message = getattr(message, name)
    return message, last


def value(message: Message, path: str) -> object:
    """Give what stands at a path; None where nothing does."""
    found = holder(message, path)
    if found is None:
        return None
    owner, name = found
    field = owner.DESCRIPTOR.fields_by_name[name]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entries = getattr(owner, name)
        key = path.rpartition(".")[2]
        return entries[key] if key in entries else None  # noqa: SIM401 (a protobuf map creates what `get` asks for)
    if field.is_repeated:
        return getattr(owner, name) or None
    return getattr(owner, name) if owner.HasField(name) else None


def clear(message: Message, path: str) -> None:
    """Remove what stands at a path, if anything does."""
    found = holder(message, path)
    if found is None:
        return
    owner, name = found
    field = owner.DESCRIPTOR.fields_by_name[name]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        getattr(owner, name).pop(path.rpartition(".")[2], None)
    else:
        owner.ClearField(name)
