"""What is wanted, taken apart into what one connector can give in the place of another."""

from __future__ import annotations

from functools import lru_cache

from ...fields.paths import narrowed, within
from .unit import Unit


@lru_cache(maxsize=256)
def gives(units: tuple[Unit, ...], wanted: tuple[str, ...]) -> tuple[int, ...]:
    """
    Say of each unit which elements of what is wanted it gives, a bit for each.

    A waterfall surely gives only what all of its members can give; what only some of
    them can counts as its own where nobody is sure of it. Rows that are united
    are everybody's own: no other bureau has them.
    """
    surely = [_surely(unit, wanted) for unit in units]
    united = {path for unit in units for seat in unit.seats for path in seat.united}
    elements: dict[tuple[str, str], int] = {}
    given = [0] * len(units)
    for place, unit in enumerate(units):
        for path in _maybe(unit, wanted):
            sure = [other for other, paths in enumerate(surely) if within(path, paths)]
            own = not sure or within(path, united)
            bit = elements.setdefault((path, unit.name if own else ""), 1 << len(elements))
            for giver in [place] if own else sure:
                given[giver] |= bit
    return tuple(given)


def _maybe(unit: Unit, wanted: tuple[str, ...]) -> tuple[str, ...]:
    paths = (path for seat in unit.seats for path in narrowed(seat.targets, wanted))
    return tuple(dict.fromkeys(paths))


def _surely(unit: Unit, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the paths that each member can give."""
    every = [narrowed(seat.targets, wanted) for seat in unit.seats]
    return tuple(path for path in _maybe(unit, wanted) if all(within(path, of) for of in every))
