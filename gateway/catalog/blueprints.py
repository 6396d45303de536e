"""How the reports of a product are put together."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.kit import Kit
from connectors.spec import ConnectorSpec

from ..fields.merging import Merging
from ..product import Prefer, ProductSpec, WaterfallUse
from ..stages.structure import Blueprint


def blueprint(product: ProductSpec, connectors: Mapping[str, ConnectorSpec], kit: Kit) -> Blueprint:
    """Lay out a product that has no findings."""
    return Blueprint(
        targets={name: connectors[name].targets for name in product.members},
        versions={name: connectors[name].version for name in product.members},
        merging=Merging(
            prefer=_prefer(product, connectors),
            keys=kit.schema.keys,
        ),
        checks=tuple(check.build() for check in product.checks),
    )


def _prefer(
    product: ProductSpec, connectors: Mapping[str, ConnectorSpec]
) -> dict[str, tuple[str, ...]]:
    """Write rules out by field: who has one field of a section need not have the next."""
    fields = _fields(product.members, connectors)
    rules = {field: product.merge.get(product.merge_rule(field) or "") for field in fields}
    prefer = {field: rule.prefer for field, rule in rules.items() if isinstance(rule, Prefer)}
    for use in product.asked:
        # Only one of them answers, and no rule is needed; should one answer late, the order is one.
        if isinstance(use, WaterfallUse) and use.waterfall.is_exclusive:
            for field in _fields(use.members, connectors):
                if rules[field] is None:
                    prefer[field] = use.members
    return prefer


def _fields(names: tuple[str, ...], connectors: Mapping[str, ConnectorSpec]) -> tuple[str, ...]:
    """List what they give; a list is one field, however its rows are mapped."""
    given = (target.partition("[")[0] for name in names for target in connectors[name].gives)
    return tuple(dict.fromkeys(given))
