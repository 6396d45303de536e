"""How one value of a target is found, tried against the sentinels, and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ..contract import Document
from ..faults import ConfigError
from ..select.path import Element, Select, scalar_text
from ..template.scalar import canonical
from .convert import Reader
from .gap import NULL, Gap

_PLAIN: Final = frozenset({str, int, Decimal, bool, type(None)})


@dataclass(slots=True)
class Tally:
    """Counts the values of one document."""

    mapped: int = 0
    invalid: int = 0
    unmapped: int = 0

    def miss(self, gap: Gap) -> Gap:
        self.invalid += gap.invalid
        self.unmapped += gap.unmapped
        return gap


Selector = Callable[[str], Select]
"""Compiles a path. Raises `ValueError` for one that is none."""

Read = Callable[[Document, Tally], object]
"""Gives what the constructor of a protobuf message takes, or a `Gap`; and counts it."""

Gaps = Mapping[str | None, Gap]
"""What sentinels mean, by canonical text; None, the text of what has none, is not in it."""


def constant(reader: Reader, value: object) -> Read:
    """Read a constant, once. Raises `ConfigError` where it is no value of its type."""
    known = reader(value)
    if isinstance(known, Gap):
        raise ConfigError("is no value of this type", ("value",))

    def read(_: Document, tally: Tally) -> object:
        tally.mapped += 1
        return known

    return read


def one_value(select: Select, sentinels: Gaps, reader: Reader) -> Read:
    """
    Read the value that a path leads to.

    This runs for every field of every answer, so what is plain text stays here:
    each call that is saved is a tenth of the whole.
    """

    def read(document: Document, tally: Tally) -> object:
        raw = select(document)
        if raw.__class__ not in _PLAIN:
            raw = _scalar(raw)
        if raw is None:
            return NULL
        value: object = None
        if sentinels:
            value = sentinels.get(raw if isinstance(raw, str) else canonical(raw))
        if value is None:
            value = reader(raw)
        if isinstance(value, Gap):
            return tally.miss(value)
        tally.mapped += 1
        return value

    return read


def two_values(
    select: Select, beside: Select, sentinels: Gaps, reader: Callable[[object, object], object]
) -> Read:
    """Read a value that means nothing without the one beside it."""

    def read(document: Document, tally: Tally) -> object:
        raw = _scalar(select(document))
        if raw is None:
            return NULL
        value = sentinels.get(canonical(raw)) or reader(raw, _scalar(beside(document)))
        if isinstance(value, Gap):
            return tally.miss(value)
        tally.mapped += 1
        return value

    return read


def _scalar(found: object) -> object:
    """Give the one value found; several, or a tree, stay so, and no reader takes them."""
    if found.__class__ in _PLAIN:
        return found
    if isinstance(found, Element):
        return scalar_text(found)
    return None if found == [] else found
