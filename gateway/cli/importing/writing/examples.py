"""Answers for a connector's tests: the file's own example, without the person that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import names
from ..operation import Answer
from ..shape import Leaf, Listing, Record, Shape, Way
from .dates import date_format
from .fitting import VECTORS

_BY_FORMAT: Final = {
    "date": "2025-06-30",
    "date-time": "2025-06-30T12:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "test@example.com",
    "uri": "https://bureau.example/",
}
_BY_TYPE: Final = {"integer": 12, "number": 12.5, "boolean": True}


def example_of(answer: Answer, person: Mapping[str, str] = VECTORS) -> object:
    """Give an answer as the bureau might have sent it, about the person of the tests."""
    if answer.example is not None:
        return without_person(answer.example, (), person)
    return _built(answer.shape, (), person) if answer.shape is not None else {}


def without_person(value: object, way: Way = (), person: Mapping[str, str] = VECTORS) -> object:
    """Put the person of the tests in the place of whoever an example shows."""
    if isinstance(value, Mapping):
        return {name: without_person(one, (*way, str(name)), person) for name, one in value.items()}
    if isinstance(value, list):
        return [without_person(one, way, person) for one in value]
    is_said = isinstance(value, str | int) and not isinstance(value, bool)
    reference = names.asked(way) if way and is_said else None
    if reference is None or reference not in VECTORS:
        return value
    return _vector(reference, Leaf(example=value), person)


def _built(shape: Shape, way: Way, person: Mapping[str, str]) -> object:
    if isinstance(shape, Record):
        return {part.name: _built(part.shape, (*way, part.name), person) for part in shape.parts}
    if isinstance(shape, Listing):
        return [_built(shape.item, way, person)]
    reference = names.asked(way) if way else None
    if reference in VECTORS and shape.type == "string":
        return _vector(reference or "", shape, person)
    if shape.example is not None:
        return shape.example
    if shape.words:
        return shape.words[0]
    return _BY_TYPE.get(shape.type) or _BY_FORMAT.get(shape.format, "text")


def _vector(reference: str, leaf: Leaf, person: Mapping[str, str]) -> str:
    value = person[reference]
    if reference != "subject.date_of_birth":
        return value
    year, month, day = value.split("-")
    way = date_format(leaf) or "%Y-%m-%d"
    return way.replace("%Y", year).replace("%m", month).replace("%d", day)
