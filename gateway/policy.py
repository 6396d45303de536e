"""What one caller may do: `config/callers/NAME.yaml`."""

from __future__ import annotations

from pydantic import Field

from connectors.kit import Strict
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


class CallerPolicy(Strict):
    """Who a caller is and what it may order; what is not named is denied."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    tenant: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    identities: Identities
    products: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    fields: FieldPolicy = FieldPolicy()
    may: Permissions = Permissions()
