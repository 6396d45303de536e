"""How rows of a database become the JSON that a bureau would have answered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from ..codec.json import Json

_JSON = Json(kind="json")


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """
    Write ``{"rows": [{column: value}]}``, exactly.

    Raises `ValueError` for what JSON can not say, without quoting it.
    """
    if len(set(columns)) != len(columns):
        raise ValueError("two columns of one name")
    named = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
    return _JSON.encode({"rows": named})


def _plain(value: object) -> object:
    """Say in JSON's types what a driver gave; what is left over is for the codec to refuse."""
    match value:
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case float() if math.isfinite(value):
            return Decimal(repr(value))
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return value.hex()
        case _:
            return str(value) if isinstance(value, UUID) else value
