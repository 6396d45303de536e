"""What a plan costs: at least, at most, and probably."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ...stages.plan import Case, Plan, Unit, units
from .facts import ConnectorFacts

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class PriceRange:
    """In the billing currency."""

    least: Decimal
    """If nothing were billed that need not be."""
    most: Decimal
    """If everything were that may be."""
    expected: Decimal
    """If everybody had a hit: of a waterfall the first members alone are asked then."""

    @classmethod
    def of(cls, planned: Plan, case: Case, connectors: Mapping[str, ConnectorFacts]) -> Self:
        """Add up, within the limit of cost that there may be."""
        asked = units(planned.asked)
        most = _sum(_most(unit, planned, case) for unit in asked)
        return cls(
            least=_sum(_least(unit, case, connectors) for unit in asked),
            most=most if case.limit is None else min(most, case.limit),
            expected=_sum(
                case.likely(seat) for unit in asked for seat in unit.seats[: unit.enough]
            ),
        )


def _least(unit: Unit, case: Case, connectors: Mapping[str, ConnectorFacts]) -> Decimal:
    if unit.when is not None and case.values is None:
        # Who is asked on a condition may not be asked at all.
        return NOTHING
    return min(
        case.price(seat) if connectors[seat.connector].always_bills else NOTHING
        for seat in unit.seats
    )


def _most(unit: Unit, planned: Plan, case: Case) -> Decimal:
    most = _sum(case.price(seat) for seat in unit.seats)
    return min(most, planned.allowances.get(unit.name, most))


def _sum(prices: Iterable[Decimal]) -> Decimal:
    return sum(prices, NOTHING)
