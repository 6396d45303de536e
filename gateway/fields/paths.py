"""Paths into user info, and which of them lie within which."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEY = re.compile(r"\[[^\]]*\]")


def covers(path: str, other: str) -> bool:
    """
    Whether `other` is `path` or lies below it; a list covers its rows.

    ``attributes.acme_*`` stands for all names that begin so.
    """
    if path.endswith("*"):
        return other.startswith(path[:-1])
    if not other.startswith(path):
        return False
    return len(other) == len(path) or other[len(path)] in ".["


def within(path: str, roots: Iterable[str]) -> bool:
    """Whether `path` is, or lies below, one of `roots`."""
    return any(covers(root, path) for root in roots)


def without_keys(path: str) -> str:
    """Give a path with no row of a list told apart from the others."""
    return _KEY.sub("", path)


def touches(path: str, roots: Iterable[str]) -> bool:
    """Whether `path` shares anything with one of `roots`."""
    return any(covers(root, path) or covers(path, root) for root in roots)


def narrowed(roots: Iterable[str], asked: Iterable[str]) -> tuple[str, ...]:
    """Keep what both name: the narrower path of each pair that overlaps."""
    kept: dict[str, None] = {}
    asked = tuple(asked)
    for root in roots:
        for path in asked:
            if covers(root, path):
                kept[path] = None
            elif covers(path, root):
                kept[root] = None
    return tuple(kept)
