"""How a bureau writes a date, by its file's pattern, words or example."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from ..shape import Leaf

ISO: Final = "%Y-%m-%d"
_WAYS: Final = (
    *(ISO, "%Y%m%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y"),
    *("%d-%m-%Y", "%d%m%Y", "%m%d%Y", "%d.%m.%Y"),
)
_WORDS: Final = re.compile(
    r"YYYY(?P<a>[-/.]?)MM(?P=a)DD|DD(?P<b>[-/.]?)MM(?P=b)YYYY|MM(?P<c>[-/.]?)DD(?P=c)YYYY",
    re.IGNORECASE,
)
_FIRST, _LAST = 1900, 2100
"""Years that a date of a person, or of what a bureau knows, may have."""


def date_format(leaf: Leaf) -> str | None:
    """Give the pattern of `strptime`; None where nothing tells, or where days may be months."""
    if leaf.format == "date":
        return ISO
    if found := _WORDS.search(f"{leaf.said} {leaf.format}"):
        written = found[0].upper()
        return written.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
    possible = [way for way in _WAYS if _fits(leaf, way)]
    return possible[0] if len(possible) == 1 else None


def _fits(leaf: Leaf, way: str) -> bool:
    if leaf.example is None:
        return bool(leaf.pattern) and _matches(leaf.pattern, way)
    return _is(str(leaf.example), way)


def looks_dated(leaf: Leaf) -> bool:
    return leaf.type == "string" and date_format(leaf) is not None


def _is(text: str, way: str) -> bool:
    try:
        day = datetime.strptime(text, way)  # noqa: DTZ007 (only a day)
        return _FIRST <= day.year < _LAST and day.strftime(way) == text
    except ValueError:
        return False


def _matches(pattern: str, way: str) -> bool:
    """Tell whether a day that can be read in one way only fits a pattern of the file."""
    day = datetime(1987, 12, 31)  # noqa: DTZ001 (only a day)
    try:
        return re.search(pattern, day.strftime(way)) is not None
    except re.error:
        return False
