"""All products and connectors, as far as a caller may order them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.words import Outcome, Purpose

from ...fields.paths import narrowed, within
from ...model import Granted
from ...policy import CallerPolicy
from ...stages.authorize import Buying
from ...stages.plan import Case, Plan, Seat, plan
from .explained import Explained, explained
from .facts import ConnectorFacts

if TYPE_CHECKING:
    from ...product import ProductSpec


@dataclass(frozen=True, slots=True)
class Offer:
    """The part of a product that one caller may order."""

    product: ProductSpec
    fields: tuple[str, ...]
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All products and connectors; a caller sees what it may order, and nothing else."""

    products: Mapping[str, ProductSpec]
    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    connectors: Mapping[str, ConnectorFacts]
    currency: str
    config_version: str
    buying: Mapping[str, Buying] = field(default_factory=dict)
    """By product."""

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
        self,
        product: str,
        wanted: tuple[str, ...],
        purpose: Purpose | None = None,
        max_cost: Decimal | None = None,
    ) -> Explained:
        """Plan an inquiry as it would be planned, what is known and consent aside."""
        seats = self.seats[product]
        case = self._case(product, max_cost)
        if purpose is not None:
            asked = plan(seats, wanted, replace(case, limit=None, cheapest=False)).asked
            case = replace(case, refused=self._refused(asked, purpose))
        return explained(seats, wanted, plan(seats, wanted, case), case, self.connectors)

    def explain_granted(self, granted: Granted) -> Explained:
        """Describe what was decided of an inquiry, to the last condition."""
        admitted = granted.filled.valid.admitted
        seats = self.seats[admitted.inquiry.product]
        by_name = {seat.connector: seat for seat in seats}
        planned = Plan(
            tuple(by_name[name] for name in granted.connectors),
            granted.refused,
            granted.allowances,
        )
        case = self._case(admitted.inquiry.product, admitted.inquiry.max_cost)
        case = replace(case, known=granted.known, values=lambda _: None)
        return explained(seats, admitted.wanted, planned, case, self.connectors)

    def _case(self, product: str, max_cost: Decimal | None) -> Case:
        buying = self.buying.get(product, Buying())
        return Case(limit=buying.limit(max_cost), cheapest=buying.cheapest)

    def _refused(self, asked: tuple[Seat, ...], purpose: Purpose) -> Mapping[str, Outcome]:
        """Find what the purpose rules out; what can not be asked without it, the plan knows."""
        return {
            seat.connector: Outcome.SKIPPED_POLICY
            for seat in asked
            if purpose not in self.connectors[seat.connector].purposes
        }
