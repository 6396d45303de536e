"""Ids that callers make up, and by which the ledger is read years later."""

from __future__ import annotations

import re

from .violation import Violation

LONGEST_ID = 255

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def unfit_id(path: str, text: str) -> Violation | None:
    """
    Say why an id can not be one.

    A control character would not be seen by whoever looks for it, and SQLite
    ends a text at a zero: two ids would be one.
    """
    if not 1 <= len(text) <= LONGEST_ID:
        return Violation(path, "length", f"must have 1 to {LONGEST_ID} characters")
    if _CONTROL.search(text):
        return Violation(path, "characters", "must have no control characters")
    return None


def recorded(text: str) -> str:
    """Write an id that may not be one, as much of it as can be read."""
    return _CONTROL.sub("\ufffd", text[:LONGEST_ID])
