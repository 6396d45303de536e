"""What a version announces: a patch nothing, a minor one more than before, a major one anything."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """How much of a change there is, or is announced."""

    NONE = 0
    PATCH = 1
    """The file is another; results are the same."""
    MINOR = 2
    """There is more: a field or an outcome where there was none."""
    MAJOR = 3
    """What was there is different, or gone."""


def announced(old: str, new: str) -> Level:
    """Read a bump; one that goes back announces nothing."""
    before, after = _parts(old), _parts(new)
    if after <= before:
        return Level.NONE
    levels = (Level.MAJOR, Level.MINOR, Level.PATCH)
    return next(
        level for level, one, other in zip(levels, before, after, strict=True) if one != other
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
