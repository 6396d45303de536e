"""Whether what a config folder names is there, and whether its parts go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.assembly.built import Built
from connectors.faults import ConfigError, Findings

from ..config.finding import Located
from ..fields.paths import within
from ..fields.schema import exists
from ..policy import CallerPolicy
from .naming import field, known
from .parts import check_product
from .reading import Catalog, Entry


def dangling(catalog: Catalog) -> Iterator[Located]:
    """Find every name that leads nowhere, and every pair that does not fit."""
    for connector in catalog.connectors.values():
        findings = Findings()
        with findings.at("bureau"):
            known(connector.spec.bureau, catalog.bureaus, "bureau", catalog.wrong)
        yield from _blamed(findings, connector)
    for product in catalog.products.values():
        findings = Findings()
        check_product(product.spec, catalog, findings)
        yield from _blamed(findings, product)
    for caller in catalog.callers.values():
        findings = Findings()
        _caller(caller.spec, catalog, findings)
        yield from _blamed(findings, caller)


def unmet_needs(catalog: Catalog, built: Mapping[str, Built]) -> Iterator[Located]:
    """Find requests that refer to user info which no connector that they wait for gives."""
    for product in catalog.products.values():
        findings = Findings()
        members = {use.name: use.members for use in product.spec.connectors}
        for index, use in enumerate(product.spec.connectors):
            given = [
                target
                for need in use.needs
                for name in members[need]
                if name in catalog.connectors
                for target in catalog.connectors[name].spec.gives
            ]
            for name in use.members:
                for path in _user_info(built.get(name)):
                    if not within(path, given):
                        told = "which nothing under `needs` gives"
                        findings.add(
                            f"{name} refers to user_info.{path}, {told}", "connectors", index
                        )
        yield from _blamed(findings, product)


def _user_info(built: Built | None) -> Iterator[str]:
    for reference in sorted(built.references) if built else ():
        root, _, path = reference.partition(".")
        if root == "user_info":
            yield path


def _blamed(findings: Findings, entry: Entry[Any]) -> Iterator[Located]:
    try:
        findings.close()
    except ConfigError as error:
        yield from entry.blame(error)


def _caller(caller: CallerPolicy, catalog: Catalog, findings: Findings) -> None:
    for index, name in enumerate(caller.products):
        with findings.at("products", index):
            known(name, catalog.products, "product", catalog.wrong)
    for index, path in enumerate(caller.fields.allow or ()):
        with findings.at("fields", "allow", index):
            field(path)
    for index, path in enumerate(caller.fields.deny):
        with findings.at("fields", "deny", index):
            # What is denied inside a list is denied in each of its rows.
            if not exists(path):
                raise ConfigError(f"UserInfo has no field {path}")
