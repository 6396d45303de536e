"""Who of a product can give what is wanted, and may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from connectors.words import Outcome

from ...fields.paths import touches
from .case import Case
from .seat import Seat
from .unit import Unit, units, with_needs

STUCK = Outcome.NEED_INPUT
"""Of who needs the answer of one that is not asked."""
POLICY = Outcome.SKIPPED_POLICY


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who would be asked if nothing had a price."""

    wished: tuple[Unit, ...]
    """Those that can give a wanted field."""
    by_name: Mapping[str, Unit]
    """These and all that they need, with such members as may be asked."""
    closed: Mapping[str, Outcome]
    """Units that would be asked, and can not be."""


def wishes(seats: tuple[Seat, ...], wanted: tuple[str, ...], case: Case) -> Wishes:
    """Look through a product's seats."""
    gives = _gives(seats, wanted)
    every = units(seats)
    shut = _shut(every, gives, case)
    wished = [unit for unit in every if any(seat.connector in gives for seat in unit.seats)]
    able = {unit.name: unit for unit in every if unit.name not in shut}
    useful: set[str] = set()
    needed: set[str] = set()
    for unit in wished:
        if unit.name in able:
            closure = with_needs(unit.name, able)
            useful |= closure
            needed |= closure - {unit.name}
    by_name = {
        unit.name: _cut(unit, frozenset() if unit.name in needed else gives, case)
        for unit in every
        if unit.name in useful
    }
    return Wishes(
        wished=tuple(by_name[unit.name] for unit in wished if unit.name in able),
        by_name=by_name,
        closed={unit.name: shut[unit.name] for unit in wished if unit.name in shut},
    )


def _shut(every: tuple[Unit, ...], gives: frozenset[str], case: Case) -> Mapping[str, Outcome]:
    """Find who is not asked of this inquiry, and who can not be without them."""
    shut: dict[str, Outcome] = {}
    for unit in every:
        missing = [shut[need] for need in unit.needs if need in shut]
        if case.values is not None and unit.when is not None and not unit.when(case.values):
            shut[unit.name] = Outcome.NOT_NEEDED
        elif missing:
            shut[unit.name] = POLICY if POLICY in missing else STUCK
        elif case.refused and _refused(unit, gives, case):
            shut[unit.name] = POLICY
    return shut


def _refused(unit: Unit, gives: frozenset[str], case: Case) -> bool:
    """Whether so many of its members may not be asked that it can not get what it needs."""
    of_use = _of_use(unit, gives)
    left = [seat for seat in of_use if seat.connector not in case.refused]
    return len(left) < min(unit.enough, len(of_use))


def _cut(unit: Unit, gives: frozenset[str], case: Case) -> Unit:
    """Keep the members that are of use and may be asked; whose answer is known comes first."""
    if len(unit.seats) == 1:
        return unit
    of_use = unit.of(_of_use(unit, gives))
    left = [seat for seat in of_use.seats if seat.connector not in case.refused]
    left.sort(key=lambda seat: seat.connector not in case.known)
    return Unit(unit.name, tuple(left), of_use.enough)


def _of_use(unit: Unit, gives: frozenset[str]) -> tuple[Seat, ...]:
    """Leave out the members that give nothing wanted; of a unit that is only needed, none."""
    wished = tuple(seat for seat in unit.seats if seat.connector in gives)
    return wished or unit.seats


@lru_cache(maxsize=1024)
def _gives(seats: tuple[Seat, ...], wanted: tuple[str, ...]) -> frozenset[str]:
    """Tell whose targets are wanted; there are few masks, and many inquiries."""
    return frozenset(
        seat.connector for seat in seats if any(touches(each, wanted) for each in seat.targets)
    )
