"""What may be ordered, from whom and at what price: CatalogService, which asks no bureau."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from datachannel.v1 import catalog_service_pb2 as pb

from connectors.kit import Clock
from connectors.policy.breaker.breaker import Guard

from ...catalog.view import Catalog, Explained, Offer
from ...errors import InvalidFields, NotAllowed
from ...model import Admitted, Credentials, Granted, Inquiry
from ...policy import CallerPolicy
from ..engine.contract import CallContext
from ..enums import PURPOSE_OF
from ..translate import amount, parse
from ..translate_inquiry import inquiry, outline, unreadable, unreadable_cost
from .translation import CatalogTranslation

_EXPLAINED = "explain"
"""Stands for the id of an inquiry that is never made."""

Decide = Callable[[Inquiry], Awaitable[Granted]]
"""Says what an inquiry would be granted, or refuses it. Nothing is written down."""


@dataclass(frozen=True, slots=True)
class CatalogChannel:
    """
    CatalogService.

    Whether something may be ordered is decided by what decides it for inquiries.
    """

    catalog: Catalog
    identify: Callable[[Credentials], CallerPolicy]
    admit: Callable[[Inquiry], Admitted]
    decide: Decide
    clock: Clock
    guards: Mapping[str, Guard]
    """By connector: the breakers, which know how bureaus do."""

    @property
    def written(self) -> CatalogTranslation:
        return CatalogTranslation(self.catalog, self.guards)

    async def list_products(self, body: bytes, context: CallContext) -> bytes:
        parse(pb.ListProductsRequest, body)
        offers = self.catalog.offers(self.identify(context.credentials))
        products = [self.written.product(offer) for offer in offers]
        return pb.ListProductsResponse(products=products).SerializeToString()

    async def get_product(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.GetProductRequest, body)
        offer = self._offer(request.name, self.identify(context.credentials))
        return pb.GetProductResponse(product=self.written.product(offer)).SerializeToString()

    async def list_connectors(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.ListConnectorsRequest, body)
        caller = self.identify(context.credentials)
        offers = self.catalog.offers(caller)
        if request.product:
            offers = (self._offer(request.product, caller),)
        names = sorted({name for offer in offers for name in offer.product.members})
        connectors = [self.written.connector(self.catalog.connectors[name]) for name in names]
        return pb.ListConnectorsResponse(connectors=connectors).SerializeToString()

    async def explain_inquiry(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.ExplainInquiryRequest, body)
        if request.HasField("inquiry"):
            product = request.inquiry.product
            explained = await self._decided(request, context)
        else:
            product = request.product
            explained = self._planned(request, context)
        return self.written.plan(product, explained).SerializeToString()

    def _planned(self, request: pb.ExplainInquiryRequest, context: CallContext) -> Explained:
        """Plan for anybody: what is known of nobody counts as met, and nothing as known."""
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
        max_cost = None
        if request.HasField("max_cost"):
            if found := unreadable_cost(request.max_cost, self.catalog.currency):
                raise InvalidFields(found)
            max_cost = amount(request.max_cost)
        return self.catalog.explain(request.product, admitted.wanted, admitted.purpose, max_cost)

    async def _decided(self, request: pb.ExplainInquiryRequest, context: CallContext) -> Explained:
        """Plan for one person, whose inquiry is decided as it would be."""
        asked, now = request.inquiry, self.clock.utc()
        if found := unreadable(asked, self.catalog.currency):
            self.admit(replace(outline(asked, context, now), id=asked.inquiry_id or _EXPLAINED))
            raise InvalidFields(found)
        made = inquiry(asked, context, now)
        granted = await self.decide(replace(made, id=made.id or _EXPLAINED))
        return self.catalog.explain_granted(granted)

    def _offer(self, name: str, caller: CallerPolicy) -> Offer:
        offer = self.catalog.offer(name, caller)
        if offer is None:
            raise NotAllowed("PRODUCT_NOT_ALLOWED")
        return offer
