"""Stage one: who asks, and whether it may ask this for that purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.kit import Clock
from connectors.words import ReuseMode

from ..errors import InvalidFields, NotAllowed, Unauthenticated
from ..fields.paths import narrowed, touches, within
from ..fields.schema import is_mask
from ..model import Admitted, Credentials, Inquiry
from ..policy import CallerPolicy
from ..subject.ids import unfit_id

if TYPE_CHECKING:
    from ..product import ProductSpec


@dataclass(frozen=True, slots=True)
class Callers:
    """Every caller, by what it may prove itself with."""

    by_san: Mapping[str, CallerPolicy]
    by_key: Mapping[str, CallerPolicy]
    """By the keyed hash of an API key."""
    key_hash: Callable[[str], str]

    def identify(self, credentials: Credentials) -> CallerPolicy:
        """Tell whose credentials these are; where both are given, both must agree."""
        proved = [self.by_san[name] for name in credentials.san if name in self.by_san]
        if credentials.api_key is not None:
            known = self.by_key.get(self.key_hash(credentials.api_key))
            if known is None:
                raise Unauthenticated
            proved.append(known)
        if not proved or any(caller is not proved[0] for caller in proved):
            raise Unauthenticated
        return proved[0]


@dataclass(frozen=True, slots=True)
class Admit:
    """
    Check caller, product, purpose and fields before anything is read about the subject.

    A product that does not exist and one that is not allowed read the same.
    """

    callers: Callers
    products: Mapping[str, ProductSpec]
    clock: Clock

    def __call__(self, inquiry: Inquiry) -> Admitted:
        caller = self.callers.identify(inquiry.credentials)
        product = self.products.get(inquiry.product)
        if product is None or inquiry.product not in caller.products:
            raise NotAllowed("PRODUCT_NOT_ALLOWED")
        purpose = inquiry.purpose
        if purpose is None or purpose not in product.purposes or purpose not in caller.purposes:
            raise NotAllowed("PURPOSE_NOT_ALLOWED")
        if inquiry.reuse is ReuseMode.BYPASS and not caller.may.bypass_cache:
            raise NotAllowed("BYPASS_NOT_ALLOWED")
        if unfit := unfit_id("inquiry_id", inquiry.id):
            raise InvalidFields((unfit,))
        return Admitted(
            inquiry=inquiry,
            caller=caller,
            purpose=purpose,
            wanted=_wanted(product, caller, inquiry.fields),
            deadline=self._deadline(product, inquiry.deadline),
        )

    def _deadline(self, product: ProductSpec, asked: float | None) -> float:
        now = self.clock.now()
        if asked is None:
            asked = now + product.deadline.default
        return min(asked, now + product.deadline.max)


def _wanted(product: ProductSpec, caller: CallerPolicy, mask: tuple[str, ...]) -> tuple[str, ...]:
    """Intersect what is offered, allowed and asked for. What is denied is cut out later."""
    allow, deny = caller.fields.allow, caller.fields.deny
    offered = product.fields if allow is None else narrowed(product.fields, allow)
    for path in mask:
        if not is_mask(path) or not touches(path, offered) or within(path, deny):
            raise NotAllowed("FIELD_NOT_ALLOWED")
    wanted = narrowed(offered, mask) if mask else offered
    wanted = tuple(path for path in wanted if not within(path, deny))
    if not wanted:
        raise NotAllowed("FIELD_NOT_ALLOWED")
    return wanted
