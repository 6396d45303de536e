"""Whether what a config folder names is there, and whether its parts go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from connectors.assembly.built import Built
from connectors.faults import ConfigError, Findings
from connectors.spec import ConnectorSpec
from connectors.template.language import guess

from ..config.finding import Located
from ..fields.paths import touches, within
from ..fields.schema import exists, gives_list, is_mask
from ..policy import CallerPolicy
from ..product import Prefer, ProductSpec
from .reading import Catalog, Entry


def dangling(catalog: Catalog) -> Iterator[Located]:
    """Find every name that leads nowhere, and every pair that does not fit."""
    for connector in catalog.connectors.values():
        findings = Findings()
        with findings.at("bureau"):
            _known(connector.spec.bureau, catalog.bureaus, "bureau", catalog.wrong)
        yield from _blamed(findings, connector)
    for product in catalog.products.values():
        findings = Findings()
        _product(product.spec, catalog, findings)
        yield from _blamed(findings, product)
    for caller in catalog.callers.values():
        findings = Findings()
        _caller(caller.spec, catalog, findings)
        yield from _blamed(findings, caller)


def unmet_needs(catalog: Catalog, built: Mapping[str, Built]) -> Iterator[Located]:
    """Find requests that refer to user info which no connector that they wait for gives."""
    for product in catalog.products.values():
        findings = Findings()
        for index, use in enumerate(product.spec.connectors):
            if use.connector not in built:
                continue
            given = [
                target
                for need in use.needs
                if need in catalog.connectors
                for target in catalog.connectors[need].spec.gives
            ]
            for reference in sorted(built[use.connector].references):
                root, _, path = reference.partition(".")
                if root == "user_info" and not within(path, given):
                    findings.add(
                        f"{use.connector} refers to {reference}, which nothing under `needs` gives",
                        "connectors",
                        index,
                    )
        yield from _blamed(findings, product)


def _blamed(findings: Findings, entry: Entry[Any]) -> Iterator[Located]:
    try:
        findings.close()
    except ConfigError as error:
        yield from entry.blame(error)


def _known(name: str, names: Iterable[str], kind: str, wrong: frozenset[str] = frozenset()) -> None:
    names = tuple(names)
    if name not in names and name not in wrong:
        raise ConfigError(f"there is no {kind} {name}{guess(name, names)}")


def _field(path: str) -> None:
    """Check a path of user info. Masks stop at lists: rows are for mappings alone."""
    if not exists(path):
        raise ConfigError(f"UserInfo has no field {path}")
    if not is_mask(path):
        raise ConfigError(f"{path} leads into a list: name the list")


def _product(product: ProductSpec, catalog: Catalog, findings: Findings) -> None:
    for index, path in enumerate(product.fields):
        with findings.at("fields", index):
            _field(path)
    specs: list[ConnectorSpec] = []
    for index, use in enumerate(product.connectors):
        with findings.at("connectors", index, "connector"):
            _known(use.connector, catalog.connectors, "connector", catalog.wrong)
            if use.connector in catalog.connectors:
                specs.append(catalog.connectors[use.connector].spec)
                if use.required:
                    _purposes(product, specs[-1])
    names = {use.connector for use in product.asked}
    _merging(product, [spec for spec in specs if spec.name in names], findings)
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
    names = {use.connector for use in product.asked}
    for path, rule in product.merge.items():
        with findings.at("merge", path):
            _field(path)
        for name in rule.prefer if isinstance(rule, Prefer) else ():
            with findings.at("merge", path, "prefer"):
                _known(name, names, "connector of this product")
    for one, other in combinations(specs, 2):
        for target in one.gives:
            if touches(target, other.gives):
                _both(target, (one.name, other.name), product, findings)


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


def _caller(caller: CallerPolicy, catalog: Catalog, findings: Findings) -> None:
    for index, name in enumerate(caller.products):
        with findings.at("products", index):
            _known(name, catalog.products, "product", catalog.wrong)
    for index, path in enumerate(caller.fields.allow or ()):
        with findings.at("fields", "allow", index):
            _field(path)
    for index, path in enumerate(caller.fields.deny):
        with findings.at("fields", "deny", index):
            # What is denied inside a list is denied in each of its rows.
            if not exists(path):
                raise ConfigError(f"UserInfo has no field {path}")
