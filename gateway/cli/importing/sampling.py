"""From somebody's own message to its shape; what in it may be about a person stays behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .shape import Leaf, Listing, Part, Record, Shape

_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,24}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{5}")
_SHORT: Final = 3
_SMALL: Final = 10_000

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


def is_constant(value: object) -> bool:
    """
    Tell what may be copied into a connector: a code or a switch, and nothing of a person.

    A short word or number that nobody is known by; in doubt it is none.
    """
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float | Decimal):
        return -_SMALL < value < _SMALL
    text = str(value)
    if not _CODE.fullmatch(text) or _LONG_NUMBER.search(text):
        return False
    return len(text) <= _SHORT or not text.isalpha()
