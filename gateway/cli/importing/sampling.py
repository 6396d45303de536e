"""From somebody's own message to its shape; what in it may be about a person stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .shape import Leaf, Listing, Part, Record, Shape

_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (Decimal, "number"),
)


def shape_of(value: object) -> Shape:
    """Describe a value as if it were the rule."""
    if isinstance(value, Mapping):
        return Record(tuple(Part(str(name), shape_of(one)) for name, one in value.items()))
    if isinstance(value, list):
        return Listing(shape_of(value[0]) if value else Leaf(sampled=True))
    return leaf_of(value)


def leaf_of(value: object) -> Leaf:
    kind = next((name for type_, name in _TYPES if isinstance(value, type_)), "string")
    return Leaf(kind, example=value, sampled=True)
