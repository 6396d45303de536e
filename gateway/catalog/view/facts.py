"""What is known of a connector before it is ever asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connectors.spec import ConnectorSpec
from connectors.words import ANSWERS, Effect, Outcome, Purpose


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


def facts(spec: ConnectorSpec) -> ConnectorFacts:
    """Read them out of a connector's file."""
    billing = spec.billing
    return ConnectorFacts(
        name=spec.name,
        version=spec.version,
        bureau=spec.bureau,
        effect=spec.effect,
        price=spec.price,
        outcomes=frozenset(row.outcome for row in spec.outcomes),
        billable=billing.billable if billing and spec.effect is not Effect.FREE else frozenset(),
        targets=spec.gives,
        purposes=spec.policy.purposes,
    )
