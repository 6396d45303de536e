"""What may be ordered, from whom and at what price: CatalogService, which asks no bureau."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from datachannel.v1 import catalog_pb2, report_pb2
from datachannel.v1 import catalog_service_pb2 as pb

from connectors.kit import Clock
from connectors.policy.breaker.breaker import Guard
from connectors.words import Outcome

from ..catalog.view import Catalog, ConnectorFacts, Explained, Offer
from ..errors import NotAllowed
from ..model import Admitted, Credentials, Inquiry
from ..policy import CallerPolicy
from ..rules.contract import ROOT
from ..stages.plan import Seat
from .engine.contract import CallContext
from .enums import EFFECTS, OUTCOMES, PURPOSE_OF, PURPOSES, health
from .translate import duration, money, parse

_EXPLAINED = "explain"
"""Stands for the id of an inquiry that is never made."""


@dataclass(frozen=True, slots=True)
class CatalogChannel:
    """
    CatalogService.

    Whether something may be ordered is decided by what decides it for inquiries.
    """

    catalog: Catalog
    identify: Callable[[Credentials], CallerPolicy]
    admit: Callable[[Inquiry], Admitted]
    clock: Clock
    guards: Mapping[str, Guard]
    """By connector: the breakers, which know how bureaus do."""

    async def list_products(self, body: bytes, context: CallContext) -> bytes:
        parse(pb.ListProductsRequest, body)
        offers = self.catalog.offers(self.identify(context.credentials))
        response = pb.ListProductsResponse(products=[self._product(offer) for offer in offers])
        return response.SerializeToString()

    async def get_product(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.GetProductRequest, body)
        offer = self._offer(request.name, self.identify(context.credentials))
        return pb.GetProductResponse(product=self._product(offer)).SerializeToString()

    async def list_connectors(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.ListConnectorsRequest, body)
        caller = self.identify(context.credentials)
        offers = self.catalog.offers(caller)
        if request.product:
            offers = (self._offer(request.product, caller),)
        names = sorted({use.connector for offer in offers for use in offer.product.asked})
        response = pb.ListConnectorsResponse(
            connectors=[self._connector(self.catalog.connectors[name]) for name in names]
        )
        return response.SerializeToString()

    async def explain_inquiry(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.ExplainInquiryRequest, body)
        admitted = self.admit(
            Inquiry(
                id=_EXPLAINED,
                credentials=context.credentials,
                product=request.product,
                purpose=PURPOSE_OF.get(request.purpose),
                received_at=self.clock.utc(),
                deadline=context.deadline,
                fields=tuple(request.fields.paths),
            )
        )
        explained = self.catalog.explain(request.product, admitted.wanted, admitted.purpose)
        response = pb.ExplainInquiryResponse(
            connectors=[self._planned(seat, explained) for seat in explained.seats],
            price=self._price(explained.least, explained.most),
            uncovered_fields=explained.uncovered,
            config_version=self.catalog.config_version,
        )
        return response.SerializeToString()

    def _offer(self, name: str, caller: CallerPolicy) -> Offer:
        offer = self.catalog.offer(name, caller)
        if offer is None:
            raise NotAllowed("PRODUCT_NOT_ALLOWED")
        return offer

    def _price(self, least: Decimal, most: Decimal) -> catalog_pb2.PriceRange:
        currency = self.catalog.currency
        return catalog_pb2.PriceRange(min=money(least, currency), max=money(most, currency))

    def _product(self, offer: Offer) -> catalog_pb2.Product:
        spec = offer.product
        explained = self.catalog.explain(spec.name, offer.fields)
        return catalog_pb2.Product(
            name=spec.name,
            fields=offer.fields,
            inputs=catalog_pb2.ProductInputs(
                required=_rooted(spec.inputs.required),
                any_of=[
                    catalog_pb2.InputChoice(paths=_rooted(group)) for group in spec.inputs.any_of
                ],
            ),
            purposes=[PURPOSES[purpose] for purpose in offer.purposes],
            connectors=[
                catalog_pb2.ProductConnector(
                    connector=use.connector, required=use.required, needs=use.needs
                )
                for use in spec.asked
            ],
            price=self._price(explained.least, explained.most),
            default_deadline=duration(spec.deadline.default),
            max_deadline=duration(spec.deadline.max),
        )

    def _connector(self, facts: ConnectorFacts) -> catalog_pb2.Connector:
        return catalog_pb2.Connector(
            name=facts.name,
            version=facts.version,
            bureau=facts.bureau,
            effect=EFFECTS[facts.effect],
            price=money(facts.price, self.catalog.currency),
            outcomes=_outcomes(facts.outcomes),
            billable=_outcomes(facts.billable),
            targets=facts.targets,
            purposes=sorted(PURPOSES[purpose] for purpose in facts.purposes),
            health=health(self.guards.get(facts.name)),
        )

    def _planned(self, seat: Seat, explained: Explained) -> catalog_pb2.PlannedConnector:
        facts = self.catalog.connectors[seat.connector]
        reason = explained.left_out.get(seat.connector)
        return catalog_pb2.PlannedConnector(
            connector=seat.connector,
            version=facts.version,
            wave=explained.waves.get(seat.connector, 0),
            required=seat.required,
            price=money(seat.price, self.catalog.currency),
            effect=EFFECTS[facts.effect],
            not_asked=OUTCOMES[reason] if reason else report_pb2.OUTCOME_UNSPECIFIED,
            fields=explained.fields.get(seat.connector, ()),
        )


def _outcomes(outcomes: frozenset[Outcome]) -> list[report_pb2.Outcome.ValueType]:
    """Write outcomes in the order in which the protos list them."""
    return [OUTCOMES[outcome] for outcome in Outcome if outcome in outcomes]


def _rooted(paths: tuple[str, ...]) -> list[str]:
    """Write inputs as callers do, whether or not the product's file names their root."""
    return [ROOT + path.removeprefix(ROOT) for path in paths]
