"""Whether what a config folder names is there, and whether its parts go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from connectors.faults import ConfigError, Findings
from connectors.spec import ConnectorSpec
from connectors.template.language import guess

from .catalog import Catalog, Entry
from .config.finding import Located
from .paths import touches, within
from .policy import CallerPolicy
from .product import Prefer, ProductSpec
from .schema import exists


def dangling(catalog: Catalog) -> Iterator[Located]:
    """Find every name that leads nowhere, and every pair that does not fit."""
    for connector in catalog.connectors.values():
        findings = Findings()
        with findings.at("bureau"):
            _known(connector.spec.bureau, catalog.bureaus, "bureau")
        yield from _blamed(findings, connector)
    for product in catalog.products.values():
        findings = Findings()
        _product(product.spec, catalog, findings)
        yield from _blamed(findings, product)
    for caller in catalog.callers.values():
        findings = Findings()
        _caller(caller.spec, catalog, findings)
        yield from _blamed(findings, caller)


def _blamed(findings: Findings, entry: Entry[Any]) -> Iterator[Located]:
    try:
        findings.close()
    except ConfigError as error:
        yield from entry.blame(error)


def _known(name: str, names: Iterable[str], kind: str) -> None:
    names = tuple(names)
    if name not in names:
        raise ConfigError(f"there is no {kind} {name}{guess(name, names)}")


def _field(path: str) -> None:
    """Check a path of user info. Masks stop at lists: rows are for mappings alone."""
    if "[" in path or not exists(path):
        raise ConfigError(f"UserInfo has no field {path}")


def _product(product: ProductSpec, catalog: Catalog, findings: Findings) -> None:
    for index, path in enumerate(product.fields):
        with findings.at("fields", index):
            _field(path)
    specs: list[ConnectorSpec] = []
    for index, use in enumerate(product.connectors):
        with findings.at("connectors", index, "connector"):
            _known(use.connector, catalog.connectors, "connector")
            spec = catalog.connectors[use.connector].spec
            specs.append(spec)
            if use.required:
                _purposes(product, spec)
    _merging(product, specs, findings)
    names = {spec.name for spec in specs}
    for index, check in enumerate(product.checks):
        for path in check.paths:
            with findings.at("checks", index):
                _field(path)
        for name in getattr(check, "across", ()):
            with findings.at("checks", index, "across"):
                _known(name, names, "connector of this product")


def _purposes(product: ProductSpec, spec: ConnectorSpec) -> None:
    if refused := sorted(set(product.purposes) - spec.policy.purposes):
        raise ConfigError(
            f"{spec.name} is required, and may not be asked for {refused[0]}, which"
            " the product is for"
        )


def _merging(product: ProductSpec, specs: list[ConnectorSpec], findings: Findings) -> None:
    """Refuse two connectors on one target without a rule that says what becomes of it."""
    names = {spec.name for spec in specs}
    for path, rule in product.merge.items():
        with findings.at("merge", path):
            _field(path)
        for name in rule.prefer if isinstance(rule, Prefer) else ():
            with findings.at("merge", path, "prefer"):
                _known(name, names, "connector of this product")
    for one, other in combinations(specs, 2):
        for target in one.targets:
            if not touches(target, other.targets) or within(target, product.merge):
                continue
            findings.add(
                f"{one.name} and {other.name} both give {target}: say how under `merge`",
                "connectors",
            )


def _caller(caller: CallerPolicy, catalog: Catalog, findings: Findings) -> None:
    for index, name in enumerate(caller.products):
        with findings.at("products", index):
            _known(name, catalog.products, "product")
    for key in ("allow", "deny"):
        for index, path in enumerate(getattr(caller.fields, key) or ()):
            with findings.at("fields", key, index):
                _field(path)
