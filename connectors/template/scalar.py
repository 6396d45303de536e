"""The one way in which a value is written as text, wherever it is sent or compared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

_LARGEST_EXPONENT = 400
"""``1e999999999`` is ten bytes on the wire, and a gigabyte when it is written out."""


def canonical(value: object) -> str | None:
    """
    Write a scalar in its canonical form; None for what has none.

    Text stays as it is, numbers have no exponent, a moment is ISO 8601 in UTC.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, Decimal):
        return format(value, "f") if is_plain(value) else None
    if isinstance(value, datetime):
        return _moment(value)
    return value.isoformat() if isinstance(value, date) else None


def is_plain(value: Decimal) -> bool:
    """Tell whether a number is finite and of a size that can be written out."""
    return value.is_finite() and -_LARGEST_EXPONENT <= value.adjusted() <= _LARGEST_EXPONENT


def _whole(value: int) -> str | None:
    try:
        return str(value)
    except ValueError:  # longer than Python is willing to write
        return None


def _moment(value: datetime) -> str | None:
    # A moment without a zone is nobody's: it has no writing.
    if value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:  # the first or the last day of the calendar
        return None
