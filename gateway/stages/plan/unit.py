"""What is asked as one: a connector by itself, or a waterfall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .seat import Condition, Seat


@dataclass(frozen=True, slots=True)
class Unit:
    """A connector by itself, or the members of a waterfall in the order in which they are asked."""

    name: str
    seats: tuple[Seat, ...]
    enough: int
    """How many of them must answer."""

    @property
    def required(self) -> bool:
        return self.seats[0].required

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(need for seat in self.seats for need in seat.needs))

    @property
    def when(self) -> Condition | None:
        return self.seats[0].when

    def of(self, seats: tuple[Seat, ...]) -> Unit:
        """Cut it down to some of its members, of which as many must answer as can."""
        if len(seats) == len(self.seats):
            return self
        return Unit(self.name, seats, min(self.enough, len(seats)))


@lru_cache(maxsize=256)
def units(seats: tuple[Seat, ...]) -> tuple[Unit, ...]:
    """Put the members of each waterfall together."""
    found: dict[str, list[Seat]] = {}
    for seat in seats:
        found.setdefault(seat.unit, []).append(seat)
    return tuple(Unit(name, tuple(each), _enough(each)) for name, each in found.items())


def _enough(seats: list[Seat]) -> int:
    waterfall = seats[0].waterfall
    return min(waterfall.min_success, len(seats)) if waterfall else 1


def with_needs(name: str, by_name: Mapping[str, Unit]) -> set[str]:
    """Name a unit, and all whose answers it directly or indirectly needs."""
    found: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo.extend(by_name[current].needs)
    return found
