"""Why a target has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..words import FieldStatus


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """
    What a reader gives where it has no value.

    A value rather than an exception: bureaus leave half their fields empty, and
    raising on each would cost more than reading the other half.
    """

    status: FieldStatus
    invalid: int = 0
    unmapped: int = 0


NULL = Gap(FieldStatus.NULL_VALUE)
INVALID = Gap(FieldStatus.INVALID_VALUE, invalid=1)

SUPPRESSED = Gap(FieldStatus.SUPPRESSED)

NO_ROW = Gap(FieldStatus.INVALID_VALUE)
"""A list of which nothing could be read; its values are counted already."""

UNMAPPED = {
    "INVALID_VALUE": Gap(FieldStatus.INVALID_VALUE, unmapped=1),
    "NULL_VALUE": Gap(FieldStatus.NULL_VALUE, unmapped=1),
}
"""A code that no label table lists, by what the row says of such codes."""

SENTINELS = {
    "NULL_VALUE": NULL,
    "NOT_FOUND": Gap(FieldStatus.NOT_FOUND),
    "SUPPRESSED": SUPPRESSED,
    "INVALID_VALUE": INVALID,
}
"""A value that stands for the lack of one, by what the config says that it means."""

Closed = Mapping[str, FieldStatus]
"""Targets that are not read, and what is noted of them; what lies below one is closed too."""


def closing(target: str, closed: Closed) -> FieldStatus | None:
    """Say what is noted of a target that is closed."""
    for path, status in closed.items():
        if target == path or (target.startswith(path) and target[len(path)] in ".["):
            return status
    return None
