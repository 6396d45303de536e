"""What keeps an import from being one."""

from __future__ import annotations


class Unusable(Exception):
    """A file, or a command, can not be read; it says where."""


def line_of(text: str, needle: str) -> int:
    """Find the line on which something stands; the first, where it stands nowhere."""
    before, found, _ = text.partition(needle)
    return before.count("\n") + 1 if found else 1
