"""What one caller may do: `config/callers/NAME.yaml`."""

from __future__ import annotations

from pydantic import Field

from connectors.answer.billing import Price
from connectors.kit import Strict
from connectors.units import Rate
from connectors.words import Purpose


class Identities(Strict):
    """How a caller proves itself; any one of these is enough."""

    san: tuple[str, ...] = ()
    """Subject alternative names of its certificate."""
    api_keys: tuple[str, ...] = ()
    """References to secrets that hold HMACs of its keys, never the keys."""


class FieldPolicy(Strict):
    """UserInfo paths; a path covers all below it. What is denied stays denied."""

    allow: tuple[str, ...] | None = None
    """None allows whatever the product offers."""
    deny: tuple[str, ...] = ()


class Permissions(Strict):
    """What needs a right of its own."""

    bypass_cache: bool = False


class Limits(Strict):
    """How much of the gateway one caller may use; what is past them is RESOURCE_EXHAUSTED."""

    rate: Rate | None = None
    """Of inquiries, with a burst of one second's worth; each process counts for itself."""
    concurrency: int | None = Field(default=None, ge=1)
    """Inquiries under way at once; each process counts for itself."""
    spend_per_day: Price | None = None
    """
    Past which nothing is bought until the next day (UTC).

    A process knows what the ledger tells it when the day, or it, begins, and what it
    spends itself.
    """


class CallerPolicy(Strict):
    """Who a caller is and what it may order; what is not named is denied."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    tenant: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    identities: Identities
    products: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    fields: FieldPolicy = FieldPolicy()
    limits: Limits = Limits()
    may: Permissions = Permissions()
