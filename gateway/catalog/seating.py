"""A product's connectors in their places: those that make the report, and those on trial."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.faults import Findings
from connectors.kit import Kit
from connectors.spec import ConnectorSpec

from ..product import ConnectorUse, ProductSpec
from ..stages.condition import compile_condition
from ..stages.plan import Condition, Seat
from ..stages.shadow import ShadowSeat


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of one product."""

    seats: tuple[Seat, ...]
    shadows: tuple[ShadowSeat, ...]


def seated(product: ProductSpec, connectors: Mapping[str, ConnectorSpec], kit: Kit) -> Seating:
    """Seat all; raises `ConfigError` with what is wrong with conditions and trials."""
    findings = Findings()
    seats: list[Seat] = []
    shadows: list[ShadowSeat] = []
    for index, use in enumerate(product.connectors):
        condition: Condition | None = None
        with findings.at("connectors", index, "when"):
            condition = compile_condition(use.when, kit)
        seat = _seat(use, connectors[use.connector], condition)
        if use.shadow is None:
            seats.append(seat)
            continue
        cap = use.shadow.max_cost_per_day
        if kit.currency and cap.currency != kit.currency:
            place = ("connectors", index, "shadow", "max_cost_per_day", "currency")
            findings.add(
                f"prices are in {kit.currency} here: `billing_currency` of gateway.yaml", *place
            )
        shadows.append(ShadowSeat(seat, use.shadow.share, cap.amount, product.deadline.max))
    findings.close()
    return Seating(tuple(seats), tuple(shadows))


def _seat(use: ConnectorUse, spec: ConnectorSpec, condition: Condition | None) -> Seat:
    return Seat(
        connector=use.connector,
        bureau=spec.bureau,
        required=use.required,
        needs=use.needs,
        targets=spec.gives,
        price=spec.price,
        patience=_patience(spec),
        when=condition,
    )


def _patience(spec: ConnectorSpec) -> float:
    """Add up the seconds that its messages may take; a job is waited for until the deadline."""
    if spec.job is not None:
        return math.inf
    return spec.timeout.attempt * (len(spec.steps) + 1)
