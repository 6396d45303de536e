"""Paths into user info, and which of them lie within which."""

from __future__ import annotations

from collections.abc import Iterable


def covers(path: str, other: str) -> bool:
    """Whether `other` is `path` or lies below it; a list covers its rows."""
    if not other.startswith(path):
        return False
    return len(other) == len(path) or other[len(path)] in ".["


def within(path: str, roots: Iterable[str]) -> bool:
    """Whether `path` is, or lies below, one of `roots`."""
    return any(covers(root, path) for root in roots)


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
