"""How one value of a target is found, tried against the sentinels, and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from ..contract import Document
from ..faults import ConfigError
from ..select.path import Element, Select, scalar_text
from ..template import AbsentValue, RenderError, Scope
from ..template.scalar import canonical
from .gap import INVALID, NULL, Gap
from .types.scalars import Reader

PLAIN: Final = frozenset({str, int, Decimal, bool, type(None)})
"""The classes of scalars, as the codecs read them."""

EMPTY: Final[Scope] = {}


@dataclass(slots=True)
class Tally:
    """What is known while one document is read, and the count of its values."""

    scope: Scope = field(default_factory=dict, repr=False)
    now: datetime | None = None
    mapped: int = 0
    invalid: int = 0
    unmapped: int = 0
    suppressed: int = 0

    def miss(self, gap: Gap) -> Gap:
        self.invalid += gap.invalid
        self.unmapped += gap.unmapped
        return gap


Selector = Callable[[str], Select]
"""Compiles a path. Raises `ValueError` for one that is none."""

Read = Callable[[Document, Tally], object]
"""Gives what the constructor of a protobuf message takes, or a `Gap`; and counts it."""

Gaps = Mapping[str, Gap]
"""What sentinels mean, by canonical text."""


def constant(reader: Reader, value: object) -> Read:
    """Read a constant, once. Raises `ConfigError` where it is no value of its type."""
    known = reader(value)
    if isinstance(known, Gap):
        raise ConfigError("is no value of this type", ("value",))

    def read(_: Document, tally: Tally) -> object:
        tally.mapped += 1
        return known

    return read


def rendered(reader: Reader, render: Callable[[Scope], object]) -> Read:
    """Read what a template gives: NULL_VALUE where a reference in it has no value."""

    def read(_: Document, tally: Tally) -> object:
        try:
            raw = render(tally.scope)
        except AbsentValue:
            return NULL
        except RenderError:
            return tally.miss(INVALID)
        value = NULL if raw is None else reader(raw)
        if isinstance(value, Gap):
            return tally.miss(value)
        tally.mapped += 1
        return value

    return read


def taking(sentinels: Gaps, reader: Reader) -> Reader:
    """Try the sentinels, then the reader."""
    if not sentinels:
        return reader
    texts = dict(sentinels)
    numbers = {int(text): gap for text, gap in texts.items() if _is_canonical(text)}

    def take(raw: object) -> object:
        if raw.__class__ is str:
            gap = texts.get(raw)
        elif raw.__class__ is int:
            gap = numbers.get(raw)
        else:
            gap = texts.get(canonical(raw) or "") if raw.__class__ in PLAIN else None
        return reader(raw) if gap is None else gap

    return take


def one_value(select: Select, take: Reader) -> Read:
    """Read the value that a path leads to."""

    def read(document: Document, tally: Tally) -> object:
        raw = select(document)
        if raw.__class__ not in PLAIN:
            raw = scalar(raw)
        if raw is None:
            return NULL
        value = take(raw)
        if isinstance(value, Gap):
            return tally.miss(value)
        tally.mapped += 1
        return value

    return read


def two_values(
    select: Select, beside: Select, sentinels: Gaps, reader: Callable[[object, object], object]
) -> Read:
    """Read a value that means nothing without the one beside it."""
    tried = taking(sentinels, lambda raw: raw)

    def read(document: Document, tally: Tally) -> object:
        raw = scalar(select(document))
        if raw is None:
            return NULL
        value = tried(raw)
        if not isinstance(value, Gap):
            value = reader(raw, scalar(beside(document)))
        if isinstance(value, Gap):
            return tally.miss(value)
        tally.mapped += 1
        return value

    return read


def scalar(found: object) -> object:
    """Give the one value found; several, or a tree, stay so, and no reader takes them."""
    if found.__class__ in PLAIN:
        return found
    if isinstance(found, Element):
        return scalar_text(found)
    return None if found == [] else found


def _is_canonical(text: str) -> bool:
    """Tell whether a text is how a whole number is written."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):  # noqa: PLR2004 (no code is longer)
        return False
    return str(int(text)) == text
