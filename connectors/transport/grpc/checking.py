"""Whether what a request's file says can become the message that a method takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from ...faults import ConfigError, Findings, Place
from ...template.language import guess
from ...template.parse import parse
from .documents import WELL_KNOWN, map_value


def check_tree(tree: object, kind: type[Message]) -> None:
    """Hold what stands in a file against a message: its names, and values that never change."""
    findings = Findings()
    descriptor: Any = kind.DESCRIPTOR
    _check_message(tree, descriptor, findings, ())
    findings.close()


def _check_message(tree: object, descriptor: Descriptor, findings: Findings, at: Place) -> None:
    if _is_template(tree) or tree is None or descriptor.full_name.startswith(WELL_KNOWN):
        return
    if not isinstance(tree, Mapping):
        findings.add(f"is {descriptor.full_name}: a mapping", *at)
        return
    known = {field.json_name: field for field in descriptor.fields} | dict(
        descriptor.fields_by_name.items()
    )
    for name, value in tree.items():
        field = known.get(name)
        if field is None:
            hint = guess(str(name), tuple(known))
            findings.add(f"{descriptor.full_name} has no field {name}{hint}", *at, str(name))
        else:
            _check_field(value, field, findings, (*at, str(name)))


def _check_field(value: object, field: FieldDescriptor, findings: Findings, at: Place) -> None:
    if (inner := map_value(field)) is not None:
        entries = value.items() if isinstance(value, Mapping) else ()
        for name, item in entries:
            _check_field(item, inner, findings, (*at, str(name)))
    elif field.is_repeated and isinstance(value, list):
        for index, item in enumerate(value):
            _check_single(item, field, findings, (*at, index))
    elif field.is_repeated and not _is_template(value) and value is not None:
        findings.add("is a list", *at)
    else:
        _check_single(value, field, findings, at)


def _check_single(value: object, field: FieldDescriptor, findings: Findings, at: Place) -> None:
    if field.message_type is not None:
        _check_message(value, field.message_type, findings, at)
    elif value is not None and not _is_template(value) and not _fits_scalar(value, field):
        findings.add(f"does not fit {field.full_name}", *at)


def _fits_scalar(value: object, field: FieldDescriptor) -> bool:
    if field.containing_type is None:
        return False
    given = {field.name: [value] if field.is_repeated else value}
    try:
        json_format.ParseDict(given, GetMessageClass(field.containing_type)())
    except (json_format.ParseError, ValueError, TypeError):
        return False
    return True


def _is_template(value: object) -> bool:
    """Tell what only an inquiry will say; a template that is none is told of elsewhere."""
    try:
        return isinstance(value, str) and any(not isinstance(part, str) for part in parse(value))
    except ConfigError:
        return True
