"""What callers may know of products and connectors: a read-model of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.words import ANSWERS, Effect, Outcome, Purpose

from ..fields.paths import narrowed, touches, within
from ..policy import CallerPolicy
from ..stages.plan import Plan, Seat, plan

if TYPE_CHECKING:
    from ..product import ProductSpec


@dataclass(frozen=True, slots=True)
class ConnectorFacts:
    """What is known of a connector before it is ever asked."""

    name: str
    version: str
    bureau: str
    effect: Effect
    price: Decimal
    """Of a billed call, in the billing currency."""
    outcomes: frozenset[Outcome]
    """How a call may end, by its config."""
    billable: frozenset[Outcome]
    targets: tuple[str, ...]
    """UserInfo paths that it can give."""
    purposes: frozenset[Purpose]

    @property
    def always_bills(self) -> bool:
        """Whether no answer is free."""
        return self.outcomes & ANSWERS <= self.billable


@dataclass(frozen=True, slots=True)
class Offer:
    """The part of a product that one caller may order."""

    product: ProductSpec
    fields: tuple[str, ...]
    purposes: tuple[Purpose, ...]


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
    least: Decimal
    most: Decimal
    uncovered: tuple[str, ...]
    """Wanted paths that no connector of the plan gives."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All products and connectors; a caller sees what it may order, and nothing else."""

    products: Mapping[str, ProductSpec]
    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    connectors: Mapping[str, ConnectorFacts]
    currency: str
    config_version: str

    def offer(self, name: str, caller: CallerPolicy) -> Offer | None:
        """Cut a product down to what the caller may order; None where that is nothing."""
        product = self.products.get(name)
        if product is None or name not in caller.products:
            return None
        allow, deny = caller.fields.allow, caller.fields.deny
        allowed = product.fields if allow is None else narrowed(product.fields, allow)
        fields = tuple(path for path in allowed if not within(path, deny))
        purposes = tuple(purpose for purpose in product.purposes if purpose in caller.purposes)
        return Offer(product, fields, purposes) if fields and purposes else None

    def offers(self, caller: CallerPolicy) -> tuple[Offer, ...]:
        found = (self.offer(name, caller) for name in sorted(self.products))
        return tuple(offer for offer in found if offer is not None)

    def explain(
        self, product: str, wanted: tuple[str, ...], purpose: Purpose | None = None
    ) -> Explained:
        """Plan an inquiry as it would be planned, cache and consent aside."""
        seats = self.seats[product]
        planned = plan(seats, wanted)
        refused = self._refused(planned, purpose)
        asked = tuple(seat for seat in planned.asked if seat.connector not in refused)
        targets = [target for seat in asked for target in seat.targets]
        facts = self.connectors
        return Explained(
            seats=seats,
            waves=_waves(asked),
            left_out={**planned.left_out, **dict.fromkeys(refused, Outcome.SKIPPED_POLICY)},
            fields={seat.connector: narrowed(seat.targets, wanted) for seat in asked},
            least=_total(
                seat
                for seat in asked
                # Who is asked on a condition may not be asked at all.
                if seat.when is None and facts[seat.connector].always_bills
            ),
            most=_total(asked),
            uncovered=tuple(path for path in wanted if not touches(path, targets)),
        )

    def _refused(self, planned: Plan, purpose: Purpose | None) -> set[str]:
        """Find what the purpose rules out, and what can not be asked without it."""
        refused: set[str] = set()
        for seat in planned.asked:
            purposes = self.connectors[seat.connector].purposes
            if (purpose is not None and purpose not in purposes) or refused & {*seat.needs}:
                refused.add(seat.connector)
        return refused


def _waves(asked: tuple[Seat, ...]) -> dict[str, int]:
    """Count one more than the last that a connector waits for; needs stand before it."""
    waves: dict[str, int] = {}
    for seat in asked:
        waves[seat.connector] = 1 + max((waves[need] for need in seat.needs), default=0)
    return waves


def _total(seats: Iterable[Seat]) -> Decimal:
    return sum((seat.price for seat in seats), Decimal(0))
