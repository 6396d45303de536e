"""Which of a product's connectors an inquiry needs, and what they may cost."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from connectors.words import Outcome

from .case import ALWAYS, Case
from .cover import Choice, cheapest
from .elements import gives
from .limit import Budget
from .seat import Seat
from .unit import Unit, with_needs
from .wishes import Wishes, wishes


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked, in order, and what is not, and why."""

    asked: tuple[Seat, ...]
    """Of a waterfall all members that may have their turn."""
    left_out: Mapping[str, Outcome]
    allowances: Mapping[str, Decimal] = field(default_factory=dict)
    """What each waterfall may spend, by name; without a limit of cost, whatever it takes."""


def plan(seats: Iterable[Seat], wanted: tuple[str, ...], case: Case = ALWAYS) -> Plan:
    """
    Keep the connectors that can give a wanted field, and those that they need.

    Where the product chooses the cheapest, required ones are asked in any case,
    and of the optional ones no more than cover what is left. Under a limit of cost
    `Budget` says who is asked.
    """
    seats = tuple(seats)
    return _usual(seats, wanted) if case.is_usual(seats) else _planned(seats, wanted, case)


@lru_cache(maxsize=1024)
def _usual(seats: tuple[Seat, ...], wanted: tuple[str, ...]) -> Plan:
    """Plan what nothing of an inquiry decides: there are few masks, and many inquiries."""
    return _planned(seats, wanted, ALWAYS)


def _planned(seats: tuple[Seat, ...], wanted: tuple[str, ...], case: Case) -> Plan:
    found = wishes(seats, wanted, case)
    chosen = _chosen(found, wanted, case) if case.cheapest else found
    kept, allowances = chosen.by_name, {}
    if case.limit is not None:
        budget = Budget(case, case.limit)
        budget.spend(chosen)
        kept, allowances = budget.kept, budget.allowances
    asked = tuple(seat for name in found.by_name if name in kept for seat in kept[name].seats)
    names = {seat.connector for seat in asked}
    return Plan(
        asked=asked,
        left_out={
            seat.connector: _reason(seat, found, chosen.by_name, case)
            for seat in seats
            if seat.connector not in names
        },
        allowances=allowances,
    )


def _chosen(found: Wishes, wanted: tuple[str, ...], case: Case) -> Wishes:
    """Leave out the optional units that give nothing which others do not give for less."""
    units = tuple(found.by_name.values())
    place = {unit.name: 1 << number for number, unit in enumerate(units)}

    def takes(unit: Unit) -> int:
        return sum(place[name] for name in with_needs(unit.name, found.by_name))

    taken = 0
    for unit in found.wished:
        taken |= takes(unit) if unit.required else 0
    choices = tuple(
        Choice(given, takes(unit), _likely(unit, case))
        for unit, given in zip(units, gives(units, wanted), strict=True)
    )
    kept = cheapest(choices, taken)
    return Wishes(
        wished=tuple(unit for unit in found.wished if place[unit.name] & kept),
        by_name={name: unit for name, unit in found.by_name.items() if place[name] & kept},
        closed=found.closed,
    )


def _likely(unit: Unit, case: Case) -> Decimal:
    """Expect that a waterfall's first members answer: nobody knows better yet."""
    return sum(map(case.likely, unit.seats[: unit.enough]), Decimal(0))


def _reason(seat: Seat, found: Wishes, chosen: Container[str], case: Case) -> Outcome:
    if seat.unit in found.closed:
        return case.refused.get(seat.connector, found.closed[seat.unit])
    if seat.unit not in chosen:
        return Outcome.NOT_NEEDED
    if seat.connector in case.refused:
        return case.refused[seat.connector]
    of_use = {each.connector for each in found.by_name[seat.unit].seats}
    return Outcome.SKIPPED_COST if seat.connector in of_use else Outcome.NOT_NEEDED
