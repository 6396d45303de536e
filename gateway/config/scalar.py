"""
What a YAML scalar without quotes means.

Null and booleans are those of the core schema (YAML 1.2, 10.3). A number is one
only if JSON would write it so: `0123`, `+77010000000` and `0x1F` stay text, as
do `yes`, dates and times, because identity numbers, phones and codes must
arrive as they stand.
"""

from __future__ import annotations

import math
import re

_WORDS = {"": None, "~": None} | {
    spelled: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelled in (word, word.title(), word.upper())
}
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,39})", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)


def scalar(text: str) -> object:
    """Say what a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
