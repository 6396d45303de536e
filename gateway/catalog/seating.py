"""A product's connectors in their places: those that make the report, and those on trial."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from connectors.answer.billing import Price
from connectors.faults import ConfigError, Findings
from connectors.kit import Kit
from connectors.spec import ConnectorSpec
from connectors.words import Effect, Outcome

from ..product import AnyUse, ConnectorUse, ProductSpec, WaterfallUse
from ..stages.authorize import Buying
from ..stages.condition import compile_condition
from ..stages.plan import Condition, Seat
from ..stages.shadow import ShadowSeat


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of one product, and how it is bought."""

    seats: tuple[Seat, ...]
    shadows: tuple[ShadowSeat, ...]
    buying: Buying


def seated(product: ProductSpec, connectors: Mapping[str, ConnectorSpec], kit: Kit) -> Seating:
    """Seat all; raises `ConfigError` with what is wrong with conditions, money and trials."""
    findings = Findings()
    seats: list[Seat] = []
    shadows: list[ShadowSeat] = []
    with findings.at():
        check_currency(product.max_cost, kit, "max_cost")
    for index, use in enumerate(product.connectors):
        condition: Condition | None = None
        with findings.at("connectors", index, "when"):
            condition = compile_condition(use.when, kit)
        taken = list(_seats(use, product, connectors, condition))
        if not isinstance(use, ConnectorUse) or use.shadow is None:
            seats += taken
            continue
        trial = use.shadow
        with findings.at("connectors", index, "shadow"):
            check_currency(trial.max_cost_per_day, kit, "max_cost_per_day")
        sources = {each.name: each.members for each in product.asked}
        most, within = trial.max_cost_per_day.amount, product.deadline.max
        shadows.append(ShadowSeat(taken[0], trial.share, most, within, sources))
    findings.close()
    most_of_all = product.max_cost.amount if product.max_cost else None
    buying = Buying(most_of_all, cheapest=product.choose == "cheapest")
    return Seating(tuple(seats), tuple(shadows), buying)


def check_currency(price: Price | None, kit: Kit, *place: str) -> None:
    """Refuse an amount that is not in the billing currency; a dry run may not know which it is."""
    if price is not None and kit.currency and price.currency != kit.currency:
        told = f"prices are in {kit.currency} here: `billing_currency` of gateway.yaml"
        raise ConfigError(told, (*place, "currency"))


def _seats(
    use: AnyUse,
    product: ProductSpec,
    connectors: Mapping[str, ConnectorSpec],
    condition: Condition | None,
) -> Iterator[Seat]:
    for name in use.members:
        spec = connectors[name]
        yield Seat(
            connector=name,
            bureau=spec.bureau,
            required=use.required,
            needs=use.needs,
            targets=spec.gives,
            price=spec.price,
            patience=_patience(spec),
            when=condition,
            waterfall=use.waterfall if isinstance(use, WaterfallUse) else None,
            expected=_expected(spec),
            united=tuple(
                path
                for path in spec.gives
                if product.merge.get(product.merge_rule(path) or "") == "union"
            ),
        )


def _patience(spec: ConnectorSpec) -> float:
    """Add up the seconds that its messages may take; a job is waited for until the deadline."""
    if spec.job is not None:
        return math.inf
    return spec.timeout.attempt * (len(spec.steps) + 1)


def _expected(spec: ConnectorSpec) -> Decimal:
    """Expect what a HIT costs: how often there is one, nobody has counted."""
    billing = spec.billing
    is_billed = billing is not None and Outcome.HIT in billing.billable
    return spec.price if is_billed and spec.effect is not Effect.FREE else Decimal(0)
