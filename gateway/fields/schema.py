"""What the protos say that configuration may refer to and map to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from datachannel.v1 import inquiry_pb2, options_pb2, user_info_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from connectors.contract import Values
from connectors.kit import Schema

DATE, TIMESTAMP = "google.type.Date", "google.protobuf.Timestamp"
AMOUNT = "datachannel.v1.Amount"
ONE_VALUE = frozenset({DATE, TIMESTAMP, AMOUNT})
"""Messages that are one value: nobody maps, masks or denies a part of one."""

_SCALARS: Mapping[int, type] = {
    FieldDescriptor.CPPTYPE_STRING: str,
    FieldDescriptor.CPPTYPE_ENUM: str,
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_INT32: int,
    FieldDescriptor.CPPTYPE_INT64: int,
    FieldDescriptor.CPPTYPE_UINT32: int,
    FieldDescriptor.CPPTYPE_UINT64: int,
    FieldDescriptor.CPPTYPE_DOUBLE: Decimal,
    FieldDescriptor.CPPTYPE_FLOAT: Decimal,
}


def prefix(enum: EnumDescriptor) -> str:
    """Give the prefix that an enum's values share: ``MatchResult`` has ``MATCH_RESULT_``."""
    first: str = enum.values_by_number[0].name
    return first.removesuffix("UNSPECIFIED")


def label(enum: EnumDescriptor, number: int) -> str:
    """Name an enum's value without its prefix."""
    value = enum.values_by_number.get(number)
    return value.name.removeprefix(prefix(enum)) if value else str(number)


def types(descriptor: Descriptor) -> dict[str, type]:
    """Give the type of each singular value of a message, by dotted path."""
    found: dict[str, type] = {}
    for field in descriptor.fields:
        if field.is_repeated:
            continue
        if field.message_type is None:
            found[field.name] = _SCALARS[field.cpp_type]
        elif field.message_type.full_name == DATE:
            found[field.name] = date
        elif field.message_type.full_name == TIMESTAMP:
            found[field.name] = datetime
        else:
            below = types(field.message_type)
            found |= {f"{field.name}.{name}": kind for name, kind in below.items()}
    return found


def values(message: Message) -> dict[str, object]:
    """
    Read the singular values that are set, by dotted path.

    Dates become `date` and enums their names without prefix; an enum left
    unspecified and a date that is none are as good as absent.
    """
    found: dict[str, object] = {}
    for field, value in message.ListFields():
        if field.is_repeated:
            continue
        if field.message_type is None:
            if (scalar := _scalar(field, value)) is not None:
                found[field.name] = scalar
        elif field.message_type.full_name == DATE:
            if (day := day_of(value)) is not None:
                found[field.name] = day
        elif field.message_type.full_name == TIMESTAMP:
            found[field.name] = value.ToDatetime(tzinfo=UTC)
        else:
            below = values(value)
            found |= {f"{field.name}.{name}": each for name, each in below.items()}
    return found


def _scalar(field: FieldDescriptor, value: object) -> object:
    if field.enum_type is not None and isinstance(value, int):
        return label(field.enum_type, value) if value else None
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def day_of(value: Message) -> date | None:
    """Read a google.type.Date; None where it is no full calendar date."""
    year, month, day = (getattr(value, name) for name in ("year", "month", "day"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def natural_keys(
    descriptor: Descriptor, path: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Find every list whose rows are addressed by a natural key, and the key's fields."""
    if descriptor.full_name in seen:
        return
    for field in descriptor.fields:
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        here = f"{path}{field.name}"
        key = tuple(field.message_type.GetOptions().Extensions[options_pb2.natural_key])
        if field.is_repeated and key:
            yield here, key
        yield from natural_keys(field.message_type, f"{here}.", (*seen, descriptor.full_name))


def exists(path: str) -> bool:
    """Whether a path leads to a field of `UserInfo`; rows of a list are not told apart."""
    return _way(path) is not None


def is_mask(path: str) -> bool:
    """Whether a field mask may name this path: masks stop at lists."""
    way = _way(path)
    return way is not None and not any(is_list(field) for field in way[:-1])


def is_list(field: FieldDescriptor) -> bool:
    return field.is_repeated and not _is_map(field)


def gives_list(path: str) -> bool:
    """Whether a path leads to a list, or to a row of one."""
    way = _way(path.partition("[")[0])
    return way is not None and is_list(way[-1])


def _way(path: str) -> tuple[FieldDescriptor, ...] | None:
    """Give the fields that a path names, in order; what is one value has none of its own."""
    descriptor: Descriptor | None = user_info_pb2.UserInfo.DESCRIPTOR
    found: list[FieldDescriptor] = []
    parts = path.split(".")
    for index, name in enumerate(parts):
        if descriptor is None or name not in descriptor.fields_by_name:
            return None
        field = descriptor.fields_by_name[name]
        found.append(field)
        if _is_map(field):
            return tuple(found) if all(parts[index:]) and len(parts) <= index + 2 else None
        descriptor = field.message_type
        if descriptor is not None and descriptor.full_name in ONE_VALUE:
            descriptor = None
    return tuple(found)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def read_user_info(serialised: bytes) -> Values:
    """Read a reply's user info as `needs:` sees it."""
    return values(user_info_pb2.UserInfo.FromString(serialised))


def schema() -> Schema:
    """Describe our messages to the connectors, which import no stub."""
    subject = types(inquiry_pb2.Subject.DESCRIPTOR)
    application = types(inquiry_pb2.Application.DESCRIPTOR)
    return Schema(
        user_info=user_info_pb2.UserInfo,
        keys=dict(natural_keys(user_info_pb2.UserInfo.DESCRIPTOR)),
        roots={
            "subject": subject,
            "application": application,
            "device": types(inquiry_pb2.Device.DESCRIPTOR),
            "consent": {"id": str, "granted_at": datetime, "expires_at": datetime},
            "inquiry": {
                "id": str,
                "product": str,
                "purpose": str,
                "purpose_code": str,
                "received_at": datetime,
            },
            "user_info": types(user_info_pb2.UserInfo.DESCRIPTOR),
        },
    )
