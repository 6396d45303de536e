"""Scalars of YAML, quoted where they could be read as anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_PLAIN: Final = re.compile(
    r"[A-Za-z_/\u4e00-\u9fff]([\w ./+-]*[\w./+-])?|\d+[a-z]{1,2}|\d+(\.\d+){2}"
)
_ALONE: Final = re.compile(r"[/$][^#\"\s]*|\$\{[^#{}\":]*\}|[A-Za-z][\w ,.+-]*\w")
"""What needs no quotes where it has a line to itself."""
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def stands_alone(text: str) -> bool:
    """Tell whether a text needs no quotes in a line of its own."""
    return _ALONE.fullmatch(text) is not None and text.lower() not in _WORDS


def flow(value: object) -> str:
    """Write a value in one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return scalar(value)


def scalar(value: object) -> str:
    """Write a scalar; a text that could be read as anything else is quoted."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def is_text(value: str) -> bool:
    """Tell whether a value is better read over several lines, and can be."""
    rows = value.split("\n")
    worth = len(rows) > 1 or '"' in value
    return worth and all(map(str.isprintable, rows)) and rows[0][:1] not in {"", " "}


def one_line(text: str) -> str:
    """Keep a comment a comment, whatever somebody else's file says."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
