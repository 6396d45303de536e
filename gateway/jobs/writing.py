"""Values of the house as JSON and back, exactly: what is kept must be what it was."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")

_TAGGED: Mapping[str, tuple[type, Callable[[Any], str], Callable[[str], object]]] = {
    "b": (bytes, lambda value: b64encode(value).decode(), b64decode),
    "n": (Decimal, str, Decimal),
    # A datetime is a date, too: it comes first.
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "i": (int, str, int),
    "s": (
        frozenset,
        lambda value: orjson.dumps(sorted(value)).decode(),
        lambda text: frozenset(orjson.loads(text)),
    ),
}
"""Types that JSON does not have, or not exactly; by tag."""


def write(value: object) -> bytes:
    """Write a dataclass, or a mapping, of plain values. Raises `TypeError` for anything else."""
    return orjson.dumps(_plain(value))


def read(written: bytes, kind: type[T]) -> T:
    """Read what `write` wrote of a `kind`. Raises `ValueError` where that is not what it is."""
    try:
        made = _made(orjson.loads(written), kind)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        made = None
    if not isinstance(made, kind):
        # Outside the handler: the original error may quote what was kept.
        raise ValueError(f"is no {kind.__name__}")  # noqa: TRY004 (one error for all readers)
    return made


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | str | float):
        return str(value) if isinstance(value, StrEnum) else value
    for tag, (kind, write_one, _) in _TAGGED.items():
        if isinstance(value, kind):
            return [tag, write_one(value)]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"a {type(value).__name__} is not kept")


def _made(node: Any, kind: Any) -> object:
    """Make what a type hint says of a node."""
    if get_origin(kind) in (Union, UnionType):
        if node is None:
            return None
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if isinstance(node, list):
        tag, text = node
        return _TAGGED[tag][2](text)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _made(item, hints[name]) for name, item in node.items()})
    if isinstance(node, dict):
        arguments = get_args(kind)
        of = arguments[1] if arguments else object
        return {name: _made(item, of) for name, item in node.items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(node)
    return node
