"""Whether the parts of a product go together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from connectors.faults import ConfigError, Findings, Place
from connectors.spec import ConnectorSpec

from ..fields.paths import touches
from ..fields.schema import gives_list
from ..product import AnyUse, Prefer, ProductSpec, WaterfallUse
from .naming import field, known
from .reading import Catalog
from .waterfalls import check_waterfall


def check_product(product: ProductSpec, catalog: Catalog, findings: Findings) -> None:
    """Note every name that leads nowhere, and every pair that does not fit."""
    for index, path in enumerate(product.fields):
        with findings.at("fields", index):
            field(path)
    for index, use in enumerate(product.connectors):
        with findings.at("connectors", index):
            _use(use, product, catalog)
    _merging(product, _specs(product.members, catalog), findings)
    for index, check in enumerate(product.checks):
        for path in check.paths:
            with findings.at("checks", index):
                field(path)
        for name in getattr(check, "across", ()):
            with findings.at("checks", index, "across"):
                known(name, product.members, "connector of this product")


def _use(use: AnyUse, product: ProductSpec, catalog: Catalog) -> None:
    findings = Findings()
    for name, place in _named(use):
        with findings.at(*place):
            known(name, catalog.connectors, "connector", catalog.wrong)
    specs = _specs(use.members, catalog)
    if use.required:
        with findings.at(*_named(use)[0][1]):
            _purposes(product, use, specs)
    if isinstance(use, WaterfallUse) and len(specs) == len(use.members):
        with findings.at("waterfall"):
            check_waterfall(use.waterfall, specs, product.fields)
    findings.close()


def _named(use: AnyUse) -> tuple[tuple[str, Place], ...]:
    """Give the connectors of a use, and where in it they stand."""
    if isinstance(use, WaterfallUse):
        return tuple(
            (name, ("waterfall", "order", index)) for index, name in enumerate(use.members)
        )
    return ((use.connector, ("connector",)),)


def _specs(names: tuple[str, ...], catalog: Catalog) -> list[ConnectorSpec]:
    return [catalog.connectors[name].spec for name in names if name in catalog.connectors]


def _purposes(product: ProductSpec, use: AnyUse, specs: list[ConnectorSpec]) -> None:
    """Check that what is required may be asked for all that the product is for."""
    enough = use.waterfall.min_success if isinstance(use, WaterfallUse) else 1
    for purpose in sorted(product.purposes):
        able = sum(purpose in spec.policy.purposes for spec in specs)
        if specs and able < enough:
            raise ConfigError(
                f"{use.name} is required, and may not be asked for {purpose}, which"
                " the product is for"
            )


def _merging(product: ProductSpec, specs: list[ConnectorSpec], findings: Findings) -> None:
    """Refuse two connectors on one target without a rule that says what becomes of it."""
    for path, rule in product.merge.items():
        with findings.at("merge", path):
            field(path)
        for name in rule.prefer if isinstance(rule, Prefer) else ():
            with findings.at("merge", path, "prefer"):
                known(name, product.members, "connector of this product")
    apart = set(_apart(product))
    for one, other in combinations(specs, 2):
        if (one.name, other.name) in apart:
            continue
        for target in one.gives:
            if touches(target, other.gives):
                _both(target, (one.name, other.name), product, findings)


def _apart(product: ProductSpec) -> Iterator[tuple[str, str]]:
    """Give the pairs of which never both have values."""
    for use in product.asked:
        if isinstance(use, WaterfallUse) and use.waterfall.is_exclusive:
            yield from combinations(use.members, 2)


def _both(target: str, names: tuple[str, str], product: ProductSpec, findings: Findings) -> None:
    """Check that one rule decides about a target of two connectors."""
    one, other = names
    path = product.merge_rule(target)
    if path is None:
        findings.add(f"{one} and {other} both give {target}: say how under `merge`", "connectors")
        return
    rule = product.merge[path]
    if isinstance(rule, Prefer):
        for name in names:
            if name not in rule.prefer:
                findings.add(f"{name} gives {target}, and is not among them", "merge", path)
    elif not gives_list(target):
        findings.add(f"`union` is for lists, and {target} is none: say `prefer`", "merge", path)
