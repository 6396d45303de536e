"""Products, connectors and plans made into messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from datachannel.v1 import catalog_pb2, report_pb2
from datachannel.v1 import catalog_service_pb2 as pb
from google.type import money_pb2

from connectors.policy.breaker.breaker import Guard
from connectors.words import Outcome

from ...catalog.view import Catalog, ConnectorFacts, Explained, Offer
from ...catalog.view.price import PriceRange
from ...product import ProductSpec, WaterfallUse
from ...rules.contract import ROOT
from ...stages.plan import Seat
from ..enums import EFFECTS, OUTCOMES, PURPOSES, health
from ..translate import duration, money


@dataclass(frozen=True, slots=True)
class CatalogTranslation:
    """Writes what callers may know."""

    catalog: Catalog
    guards: Mapping[str, Guard]
    """By connector."""

    def product(self, offer: Offer) -> catalog_pb2.Product:
        spec = offer.product
        explained = self.catalog.explain(spec.name, offer.fields)
        most = spec.max_cost
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
            connectors=list(_connectors(spec)),
            price=self._range(explained.price),
            default_deadline=duration(spec.deadline.default),
            max_deadline=duration(spec.deadline.max),
            waterfalls=_waterfalls(spec),
            max_cost=self._money(most.amount) if most else None,
        )

    def connector(self, facts: ConnectorFacts) -> catalog_pb2.Connector:
        return catalog_pb2.Connector(
            name=facts.name,
            version=facts.version,
            bureau=facts.bureau,
            effect=EFFECTS[facts.effect],
            price=self._money(facts.price),
            outcomes=outcomes(facts.outcomes),
            billable=outcomes(facts.billable),
            targets=facts.targets,
            purposes=sorted(PURPOSES[purpose] for purpose in facts.purposes),
            health=health(self.guards.get(facts.name)),
        )

    def plan(self, product: str, explained: Explained) -> pb.ExplainInquiryResponse:
        return pb.ExplainInquiryResponse(
            connectors=[self._planned(seat, explained) for seat in explained.seats],
            price=self._range(explained.price),
            uncovered_fields=explained.uncovered,
            config_version=self.catalog.config_version,
            expected_price=self._money(explained.price.expected),
            waterfalls=_waterfalls(self.catalog.products[product]),
        )

    def _planned(self, seat: Seat, explained: Explained) -> catalog_pb2.PlannedConnector:
        facts = self.catalog.connectors[seat.connector]
        reason = explained.left_out.get(seat.connector)
        known = seat.connector in explained.known
        return catalog_pb2.PlannedConnector(
            connector=seat.connector,
            version=facts.version,
            wave=explained.waves.get(seat.connector, 0),
            required=seat.required,
            price=self._money(seat.price),
            effect=EFFECTS[facts.effect],
            not_asked=OUTCOMES[reason] if reason else report_pb2.OUTCOME_UNSPECIFIED,
            fields=explained.fields.get(seat.connector, ()),
            waterfall=seat.waterfall.name if seat.waterfall else "",
            expected_price=self._money(Decimal(0) if known else seat.likely),
            known=known,
        )

    def _range(self, price: PriceRange) -> catalog_pb2.PriceRange:
        return catalog_pb2.PriceRange(min=self._money(price.least), max=self._money(price.most))

    def _money(self, amount: Decimal) -> money_pb2.Money:
        return money(amount, self.catalog.currency)


def outcomes(of: Iterable[Outcome]) -> list[report_pb2.Outcome.ValueType]:
    """Write outcomes in the order in which the protos list them."""
    of = frozenset(of)
    return [OUTCOMES[outcome] for outcome in Outcome if outcome in of]


def _connectors(spec: ProductSpec) -> Iterable[catalog_pb2.ProductConnector]:
    for use in spec.asked:
        for name in use.members:
            yield catalog_pb2.ProductConnector(
                connector=name,
                required=use.required,
                needs=use.needs,
                waterfall=use.name if isinstance(use, WaterfallUse) else "",
            )


def _waterfalls(spec: ProductSpec) -> list[catalog_pb2.Waterfall]:
    return [
        catalog_pb2.Waterfall(
            name=use.name,
            connectors=use.members,
            continue_on=outcomes(use.waterfall.continue_on),
            min_success=use.waterfall.min_success,
            start_if_remaining=duration(use.waterfall.start_if_remaining),
            required=use.required,
            needs=use.needs,
        )
        for use in spec.asked
        if isinstance(use, WaterfallUse)
    ]


def _rooted(paths: tuple[str, ...]) -> list[str]:
    """Write inputs as callers do, whether or not the product's file names their root."""
    return [ROOT + path.removeprefix(ROOT) for path in paths]
