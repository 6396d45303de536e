"""What may be asked for the money, and how much of it each waterfall may spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .case import Case
from .unit import Unit, with_needs
from .wishes import Wishes


@dataclass(slots=True)
class Budget:
    """
    The money of one inquiry, given out in advance.

    Required units are reserved for first, then the optional ones in the product's
    order, each with whom it needs. A waterfall reserves for its dearest members,
    as many as must answer: one that can not be paid even so falls out. What is
    left over then goes to the waterfalls in turn, so that more members can be
    asked. Nothing depends on who happens to answer first.
    """

    case: Case
    left: Decimal
    kept: dict[str, Unit] = field(default_factory=dict)
    allowances: dict[str, Decimal] = field(default_factory=dict)

    def spend(self, wishes: Wishes) -> None:
        """Keep of all that is wished what the money reaches for."""
        for unit in sorted(wishes.wished, key=lambda unit: not unit.required):
            self._take(with_needs(unit.name, wishes.by_name) - self.kept.keys(), wishes.by_name)
        for name, unit in self.kept.items():
            if unit.seats[0].waterfall is not None:
                most = sum(map(self.case.price, unit.seats), Decimal(0))
                more = min(self.left, most - self.allowances[name])
                self.allowances[name] += more
                self.left -= more

    def _take(self, names: set[str], by_name: Mapping[str, Unit]) -> None:
        """Take all of them, or none."""
        left, fitting, reserved = self.left, {}, {}
        for name in by_name:
            if name not in names:
                continue
            unit = self._fitting(by_name[name], left)
            if unit is None:
                return
            fitting[name], reserved[name] = unit, self._dearest(unit)
            left -= reserved[name]
        self.left = left
        self.kept |= fitting
        self.allowances |= {
            name: reserved[name] for name, unit in fitting.items() if unit.seats[0].waterfall
        }

    def _fitting(self, unit: Unit, left: Decimal) -> Unit | None:
        """Drop the dearest members until the money reaches, whichever of the others answer."""
        seats = unit.seats
        while len(seats) >= unit.enough:
            unit = Unit(unit.name, seats, unit.enough)
            if self._dearest(unit) <= left:
                return unit
            dearest = max(map(self.case.price, seats))
            last = [seat for seat in seats if self.case.price(seat) == dearest][-1]
            seats = tuple(seat for seat in seats if seat is not last)
        return None

    def _dearest(self, unit: Unit) -> Decimal:
        prices = sorted(map(self.case.price, unit.seats), reverse=True)
        return sum(prices[: unit.enough], Decimal(0))
