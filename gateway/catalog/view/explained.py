"""What an inquiry would do and cost, were it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.words import Outcome

from ...fields.paths import narrowed, touches
from ...stages.plan import Case, Plan, Seat, Unit, units
from .facts import ConnectorFacts
from .price import PriceRange


@dataclass(frozen=True, slots=True)
class Explained:
    """What an inquiry would do and cost, were it made."""

    seats: tuple[Seat, ...]
    """All of the product, in its order."""
    waves: Mapping[str, int]
    """When each connector that would be asked is asked, from 1."""
    left_out: Mapping[str, Outcome]
    fields: Mapping[str, tuple[str, ...]]
    """What each connector would be asked for."""
    price: PriceRange
    known: frozenset[str]
    """Connectors whose answer is there already."""
    uncovered: tuple[str, ...]
    """Wanted paths that no connector of the plan gives."""

    @property
    def waterfalls(self) -> tuple[Unit, ...]:
        """Those of the product, with all of their members."""
        return tuple(unit for unit in units(self.seats) if unit.seats[0].waterfall is not None)


def explained(
    seats: tuple[Seat, ...],
    wanted: tuple[str, ...],
    planned: Plan,
    case: Case,
    connectors: Mapping[str, ConnectorFacts],
) -> Explained:
    """Describe a plan."""
    targets = [target for seat in planned.asked for target in seat.targets]
    return Explained(
        seats=seats,
        waves=_waves(planned.asked),
        left_out=planned.left_out,
        fields={seat.connector: narrowed(seat.targets, wanted) for seat in planned.asked},
        price=PriceRange.of(planned, case, connectors),
        known=case.known,
        uncovered=tuple(path for path in wanted if not touches(path, targets)),
    )


def _waves(asked: tuple[Seat, ...]) -> dict[str, int]:
    """
    Count one more than the last that a connector waits for; needs stand before it.

    The members of a waterfall wait for each other.
    """
    waves: dict[str, int] = {}
    last: dict[str, int] = {}
    for unit in units(asked):
        wave = max((last[need] for need in unit.needs), default=0)
        for seat in unit.seats:
            wave += 1
            waves[seat.connector] = wave
        last[unit.name] = wave
    return waves
