"""What a bureau's `defaults` give to its connectors, with each finding in the file that says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from connectors.spec import ConnectorSpec
from connectors.template.language import guess

from ..config.document import Document
from ..config.finding import Located
from ..config.nodes import Entry as Item
from ..config.nodes import Node

OWN: Final = frozenset({"name", "version", "bureau", "tests"})
"""What makes a connector this one and no other."""

_LIST: Final = "outcomes"
"""The one key of which a connector has its own and the bureau's: its own rows come first."""


@dataclass(frozen=True, slots=True)
class Lender:
    """One bureau's defaults, and where they stand."""

    document: Document
    node: Node

    def to(self, document: Document) -> Heir:
        """Give them to a connector; a key that it has stays its own."""
        own = document.node
        borrowed = {key: item for key, item in self.node.entries.items() if key not in own.entries}
        entries = {**own.entries, **borrowed}
        kept = 0
        if _LIST in own.entries and (lent := self.node.entries.get(_LIST)) is not None:
            first = own.entries[_LIST]
            kept = len(first.node.entries)
            entries[_LIST] = _joined(first, lent)
        value = {str(key): item.node.value for key, item in entries.items()}
        merged = replace(document, value=value, node=Node(value, entries, own.size))
        return Heir(merged, self.document, frozenset(map(str, borrowed)), kept)


@dataclass(frozen=True, slots=True)
class Heir:
    """A connector's file with what its bureau's file adds."""

    document: Document
    lender: Document
    borrowed: frozenset[str]
    """Keys that are the bureau's alone."""
    kept: int = 0
    """Rows of `outcomes` that are the connector's own; 0 where none are."""

    def moved(self, found: Located) -> Located:
        """Say of what was borrowed where its bureau says it. Line and column are right already."""
        head, *rest = found.at or ("",)
        if head == _LIST and self.kept and rest and isinstance(rest[0], int):
            if rest[0] < self.kept:
                return found
            rest[0] -= self.kept
        elif head not in self.borrowed:
            return found
        return replace(found, file=self.lender.file, at=("defaults", head, *rest))


def lenders(bureaus: Iterable[Document], findings: list[Located]) -> Mapping[str, Lender]:
    """Find the bureaus that have defaults; a key that no connector has is told here."""
    known = {field.alias or name for name, field in ConnectorSpec.model_fields.items()}
    found: dict[str, Lender] = {}
    for document in bureaus:
        item = document.node.entries.get("defaults")
        if item is None or not isinstance(item.node.value, dict):
            continue
        usable: dict[str | int, Item] = {}
        for key, each in item.node.entries.items():
            if key in known - OWN:
                usable[key] = each
                continue
            at = ("defaults", key)
            fault = "is each connector's own" if key in OWN else "is no key of a connector"
            hint = "" if key in OWN else guess(str(key), tuple(known - OWN))
            place = document.key_position(at)
            findings.append(Located(document.file, *place, f"{fault}{hint}", at))
        name = document.value.get("name") if isinstance(document.value, dict) else None
        found[str(name)] = Lender(document, replace(item.node, entries=usable))
    return found


def _joined(first: Item, lent: Item) -> Item:
    """Put one list after another. What is no list is left for the model to refuse."""
    one, other = first.node, lent.node
    if not isinstance(one.value, list) or not isinstance(other.value, list):
        return first
    items = (*one.entries.values(), *other.entries.values())
    entries: dict[str | int, Item] = dict(enumerate(items))
    return replace(first, node=Node([*one.value, *other.value], entries, one.size + other.size))
