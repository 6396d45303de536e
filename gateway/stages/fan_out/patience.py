"""Until when each connector is waited for (ADR 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..plan import Unit

_LEAST, _MOST, _SHARE = 0.05, 0.5, 0.05
"""Seconds, seconds, share of the time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The moments, in monotonic time, at which the wait for answers ends."""

    required: float
    optional: float

    def of(self, unit: Unit) -> float:
        return self.required if unit.required else self.optional


def reserve(total: float) -> float:
    """Give the seconds of so many that are kept for assembly and commit."""
    return min(_MOST, max(_LEAST, total * _SHARE))


def limits(asked: Mapping[str, Unit], begun: float, deadline: float) -> Limits:
    """Give required units all the time, and optional ones as much as the required may take."""
    total = deadline - begun
    end = begun + total - reserve(total)
    patience = [_patience(unit, asked) for unit in asked.values() if unit.required]
    return Limits(end, min(end, begun + max(patience)) if patience else end)


def _patience(unit: Unit, asked: Mapping[str, Unit]) -> float:
    """
    Add up the seconds of a unit and of the longest chain that it waits for.

    The members of a waterfall are asked one after the other: theirs add up, too.
    """
    longest = max((_patience(asked[need], asked) for need in unit.needs), default=0.0)
    return sum(seat.patience for seat in unit.seats) + longest
