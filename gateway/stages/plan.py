"""Which of a product's connectors an inquiry needs, and what they may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from connectors.words import Outcome

from ..fields.paths import touches
from .inputs import LookUp

Condition = Callable[[LookUp], bool]
"""Tells of an inquiry's values whether a connector is asked."""

STUCK = Outcome.NEED_INPUT
"""Of who needs the answer of one that is not asked."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One connector's place in a product."""

    connector: str
    bureau: str
    required: bool
    needs: tuple[str, ...]
    targets: tuple[str, ...]
    """UserInfo paths that it can give."""
    price: Decimal
    """In the billing currency."""
    patience: float
    """Seconds that one attempt may take, all of its messages; of a job, no end."""
    when: Condition | None = None
    """On what of an inquiry it is asked; None for always."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked, in order, and what is not, and why."""

    asked: tuple[Seat, ...]
    left_out: Mapping[str, Outcome]


def plan(
    seats: Iterable[Seat],
    wanted: tuple[str, ...],
    max_cost: Decimal | None = None,
    known: LookUp | None = None,
) -> Plan:
    """
    Keep the connectors that can give a wanted field, and those that they need.

    `known` gives the values of the inquiry, for who is asked on conditions;
    without it they count as met. Under a cost limit required connectors are
    reserved for first, then the optional ones in the product's order, each with
    what it needs; prices are list prices, so a cached answer counts as if it
    were bought.
    """
    seats = tuple(seats)
    closed = _closed(seats, known)
    gives = _gives(tuple(seat.targets for seat in seats), wanted)
    wished = [seat for seat, wished in zip(seats, gives, strict=True) if wished]
    by_name = {seat.connector: seat for seat in seats if seat.connector not in closed}
    useful: set[str] = set()
    able = [seat for seat in wished if seat.connector in by_name]
    for seat in able:
        useful |= with_needs(seat.connector, by_name)
    affordable = useful if max_cost is None else _affordable(able, by_name, max_cost)
    stuck = {seat.connector for seat in wished if closed.get(seat.connector) is STUCK}
    return Plan(
        asked=tuple(seat for seat in seats if seat.connector in affordable),
        left_out={
            seat.connector: _reason(seat.connector, useful, stuck)
            for seat in seats
            if seat.connector not in affordable
        },
    )


def _reason(name: str, useful: set[str], stuck: set[str]) -> Outcome:
    if name in stuck:
        return STUCK
    return Outcome.SKIPPED_COST if name in useful else Outcome.NOT_NEEDED


def _closed(seats: tuple[Seat, ...], known: LookUp | None) -> Mapping[str, Outcome]:
    """Find who is not asked of this inquiry, and who can not be without them."""
    closed: dict[str, Outcome] = {}
    for seat in seats:
        if known is not None and seat.when is not None and not seat.when(known):
            closed[seat.connector] = Outcome.NOT_NEEDED
        elif any(need in closed for need in seat.needs):
            closed[seat.connector] = STUCK
    return closed


@lru_cache(maxsize=1024)
def _gives(targets: tuple[tuple[str, ...], ...], wanted: tuple[str, ...]) -> tuple[bool, ...]:
    """Tell whose targets are wanted; there are few masks, and many inquiries."""
    return tuple(any(touches(target, wanted) for target in each) for each in targets)


def with_needs(name: str, by_name: Mapping[str, Seat]) -> set[str]:
    """Name a connector, and all whose answers it directly or indirectly needs."""
    found: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo.extend(by_name[current].needs)
    return found


def _affordable(wished: Iterable[Seat], by_name: Mapping[str, Seat], max_cost: Decimal) -> set[str]:
    kept: set[str] = set()
    left = max_cost
    for seat in sorted(wished, key=lambda seat: not seat.required):
        new = with_needs(seat.connector, by_name) - kept
        price = sum((by_name[name].price for name in new), Decimal(0))
        if price <= left:
            kept |= new
            left -= price
    return kept
