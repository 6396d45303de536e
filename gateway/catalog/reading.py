"""Everything that a config folder says, read and held against its models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import BaseModel

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.spec import ConnectorSpec

from ..config.document import Document
from ..config.finding import Located, of_config, ordered, parse
from ..config.folder import Folder, walk
from ..config.settings import Settings, read_settings
from ..policy import CallerPolicy
from ..product import ProductSpec
from .inherit import Lender, lenders
from .undecided import says_more, undecided

M = TypeVar("M", bound=BaseModel)


class CatalogError(Exception):
    """A config folder can not be used; it lists all that is wrong with it."""

    def __init__(self, findings: Iterable[Located]) -> None:
        self.findings = ordered(findings)
        super().__init__("\n".join(map(str, self.findings)))


def _here(found: Located) -> Located:
    return found


@dataclass(frozen=True, slots=True)
class Entry(Generic[M]):
    """A model, and the document that it was read from."""

    spec: M
    document: Document
    moved: Callable[[Located], Located] = _here
    """Says of what another file lends where that file says it."""

    def blame(self, error: ConfigError) -> tuple[Located, ...]:
        """Say where in its file this entry is wrong."""
        return tuple(map(self.moved, of_config(self.document, error)))


@dataclass(frozen=True, slots=True, repr=False)
class Catalog:
    """What is configured, by kind and name, and too much to be printed; nothing is built yet."""

    root: Path
    version: str
    tables: Mapping[str, Mapping[str, str]]
    bureaus: Mapping[str, Entry[BureauSpec]]
    connectors: Mapping[str, Entry[ConnectorSpec]]
    products: Mapping[str, Entry[ProductSpec]]
    callers: Mapping[str, Entry[CallerPolicy]]
    findings: tuple[Located, ...] = ()
    """What is wrong so far; an entry that is wrong by itself is not among the others."""
    wrong: frozenset[str] = frozenset()
    """Names of such entries: nobody who refers to one is wrong for that."""


def read_catalog(root: Path) -> tuple[Catalog, Folder]:
    """Read a folder; what is wrong is in the catalog's findings, and never raised."""
    folder = walk(root)
    findings = list(folder.findings)
    wrong: set[str] = set()
    read = Catalog(
        root=root,
        version=folder.version,
        tables=folder.tables,
        bureaus=_entries(folder.bureaus, BureauSpec, findings, wrong),
        connectors=_entries(
            folder.connectors, ConnectorSpec, findings, wrong, lenders(folder.bureaus, findings)
        ),
        products=_entries(folder.products, ProductSpec, findings, wrong),
        callers=_entries(folder.callers, CallerPolicy, findings, wrong),
    )
    marked = [mark for one in (*folder.bureaus, *folder.connectors) for mark in undecided(one)]
    told = ordered([*marked, *(one for one in findings if not says_more(one, marked))])
    return replace(read, findings=told, wrong=frozenset(wrong)), folder


def read_own_settings(folder: Folder, env: Mapping[str, str]) -> Settings:
    """Read `gateway.yaml`. Raises `CatalogError`, also where there is none."""
    if folder.settings is None:
        raise CatalogError([Located(folder.root / "gateway.yaml", 1, 1, "is missing")])
    settings = read_settings(folder.settings, env)
    if not isinstance(settings, Settings):
        raise CatalogError(settings)
    return settings


def _entries(
    documents: tuple[Document, ...],
    model: type[M],
    findings: list[Located],
    wrong: set[str],
    lent: Mapping[str, Lender] = MappingProxyType({}),
) -> dict[str, Entry[M]]:
    entries: dict[str, Entry[M]] = {}
    for own in documents:
        document, moved = own, _here
        value = own.value if isinstance(own.value, dict) else {}
        if (lender := lent.get(str(value.get("bureau")))) is not None:
            heir = lender.to(own)
            document, moved = heir.document, heir.moved
        spec = parse(document, model)
        if isinstance(spec, tuple):
            findings.extend(map(moved, spec))
            wrong.add(str(value.get("name", "")))
        else:
            entries[str(getattr(spec, "name", ""))] = Entry(spec, document, moved)
    return entries
