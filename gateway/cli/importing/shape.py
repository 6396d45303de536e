"""What a message is made of: values, records of them, lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value."""

    type: str = "string"
    """As JSON Schema has it: string, integer, number, boolean."""
    format: str = ""
    pattern: str = field(default="", repr=False)
    longest: int = 0
    """How many characters it may have; 0 for any number."""
    words: tuple[object, ...] = ()
    """All that it may be, where that is known."""
    said: str = field(default="", repr=False)
    """What its file says of it."""
    example: object = field(default=None, repr=False)
    sampled: bool = False
    """Whether the example was somebody's own message: it may be about a person."""
    given: object = None
    """What is to be written, where the reader knows it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One named value of several."""

    name: str
    shape: Shape
    required: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """Named values, in their order."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Any number of values that are alike."""

    item: Shape


Shape = Union[Leaf, Record, Listing]  # noqa: UP007 (they refer to each other)

Way = tuple[str, ...]
"""Names, from the top of a tree down."""


def leaves(shape: Shape | None, way: Way = ()) -> Iterator[tuple[Way, Leaf]]:
    """Give all values that do not stand in a list."""
    if isinstance(shape, Leaf):
        yield way, shape
    elif isinstance(shape, Record):
        for part in shape.parts:
            yield from leaves(part.shape, (*way, part.name))


def listings(shape: Shape | None, way: Way = ()) -> Iterator[tuple[Way, Listing]]:
    """Give all lists that do not stand in another."""
    if isinstance(shape, Listing):
        yield way, shape
    elif isinstance(shape, Record):
        for part in shape.parts:
            yield from listings(part.shape, (*way, part.name))
