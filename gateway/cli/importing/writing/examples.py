"""Answers for a connector's tests: the file's own example, without the person that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import names
from ..operation import Answer
from ..shape import Leaf, Listing, Record, Shape, Way
from .dates import date_format

VECTORS: Final[Mapping[str, str]] = {
    "subject.id_number": "11010519491231002X",
    "subject.name": "测试甲",
    "subject.given_name": "甲",
    "subject.family_name": "测试",
    "subject.second_family_name": "乙",
    "subject.date_of_birth": "1949-12-31",
    "subject.mobile": "19900000001",
    "subject.bank_card": "6200000000000005",
    "subject.email": "test@example.com",
    "subject.sex": "FEMALE",
    "subject.nationality": "CN",
    "subject.certificate_number": "100000000000000001",
    "subject.address.line1": "1 Test Street",
    "subject.address.line2": "Floor 1",
    "subject.address.city": "Testville",
    "subject.address.district": "Test District",
    "subject.address.region": "Test Region",
    "subject.address.postal_code": "10000",
    "subject.address.country": "CN",
    "subject.employer.name": "Test Company",
    "subject.employer.uscc": "91350100M000100Y43",
    "device.ip": "192.0.2.1",
    "device.fingerprint": "fingerprint-of-a-test",
    "device.user_agent": "agent-of-a-test",
    "application.id": "application-of-a-test",
}
"""A person who does not exist."""

_BY_FORMAT: Final = {
    "date": "2025-06-30",
    "date-time": "2025-06-30T12:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "test@example.com",
    "uri": "https://bureau.example/",
}
_BY_TYPE: Final = {"integer": 12, "number": 12.5, "boolean": True}


def example_of(answer: Answer) -> object:
    """Give an answer as the bureau might have sent it, about the person of the tests."""
    if answer.example is not None:
        return without_person(answer.example)
    return _built(answer.shape, ()) if answer.shape is not None else {}


def without_person(value: object, way: Way = ()) -> object:
    """Put the person of the tests in the place of whoever an example shows."""
    if isinstance(value, Mapping):
        return {name: without_person(one, (*way, str(name))) for name, one in value.items()}
    if isinstance(value, list):
        return [without_person(one, way) for one in value]
    is_said = isinstance(value, str | int) and not isinstance(value, bool)
    reference = names.asked(way) if way and is_said else None
    if reference is None or reference not in VECTORS:
        return value
    return _vector(reference, Leaf(example=value))


def _built(shape: Shape, way: Way) -> object:
    if isinstance(shape, Record):
        return {part.name: _built(part.shape, (*way, part.name)) for part in shape.parts}
    if isinstance(shape, Listing):
        return [_built(shape.item, way)]
    reference = names.asked(way) if way else None
    if reference in VECTORS and shape.type == "string":
        return _vector(reference or "", shape)
    if shape.example is not None:
        return shape.example
    if shape.words:
        return shape.words[0]
    return _BY_TYPE.get(shape.type) or _BY_FORMAT.get(shape.format, "text")


def _vector(reference: str, leaf: Leaf) -> str:
    value = VECTORS[reference]
    if reference != "subject.date_of_birth":
        return value
    year, month, day = value.split("-")
    way = date_format(leaf) or "%Y-%m-%d"
    return way.replace("%Y", year).replace("%m", month).replace("%d", day)
