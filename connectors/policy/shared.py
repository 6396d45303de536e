"""What all attempts at one connector have in common, whatever message they are at."""

from __future__ import annotations

from dataclasses import dataclass

from .breaker.breaker import Guard
from .ledger import Owned
from .limit.limited import Limited
from .retry.tokens import RetryTokens


@dataclass(frozen=True, slots=True)
class Shared:
    """Built once for a connector."""

    owned: Owned
    guard: Guard
    """Its bureau's."""
    limited: Limited
    tokens: RetryTokens
