"""The `mapping:` of a connector, and its `response:`: where each value of an answer goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .. import names, told
from ..operation import Operation
from ..shape import Leaf, Listing, Record, Way, leaves, listings
from .dates import date_format
from .places import path_of
from .rows import enum, fits, free
from .yaml_text import MARK, Block, Entry, Remark, lines

_CURRENCIES = frozenset({"currency", "currencycode", "ccy"})


@dataclass(slots=True)
class Mapping:
    """Sorts the values of an answer: ours, the bureau's own, and what repeats the question."""

    operation: Operation
    sent: dict[str, str]
    """Templates of the request, by their references."""
    rows: list[Entry | Remark] = field(default_factory=list)
    targets: dict[str, Way] = field(default_factory=dict)
    reference: str = ""
    observed_at: str = ""
    checks: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def of(cls, operation: Operation, sent: dict[str, str]) -> Mapping:
        mapping = cls(operation, sent)
        shape = operation.success.shape if operation.success else None
        for way, leaf in leaves(shape):
            if way:
                mapping._take(way, leaf)
        for way, listing in listings(shape):
            mapping._suggest(way, listing)
        return mapping

    def response(self) -> Block:
        operation = self.operation
        entries: list[Entry | Remark] = [Entry("codec", operation.answered_in)]
        if operation.namespaces:
            entries.append(Entry("namespaces", dict(operation.namespaces)))
        if self.reference:
            entries.append(Entry("reference", {"path": self.reference}))
        if self.observed_at:
            entries.append(Entry("observed_at", {"path": self.observed_at}))
        if self.checks:
            entries.append(Entry("subject_check", self.checks))
        return Block(tuple(entries))

    def _take(self, way: Way, leaf: Leaf) -> None:
        path, name = path_of(self.operation, way), names.plain(way[-1])
        target, asked = told.told(way), names.asked(way) or ""
        if target is None and asked.startswith("subject."):
            self._about_person(path, asked)
        elif name in told.REFERENCES and not self.reference:
            self.reference = path
        elif name in told.MOMENTS and leaf.format == "date-time" and not self.observed_at:
            self.observed_at = path
        elif name not in _CURRENCIES:
            self._map(way, leaf, target)

    def _about_person(self, path: str, asked: str) -> None:
        if asked == "subject.id_number" and asked in self.sent:
            self.checks.append({"path": path, "equals": self.sent[asked]})
        else:
            self.rows.append(Remark(f"{path}: repeats {asked}, and is not kept"))

    def _map(self, way: Way, leaf: Leaf, target: str | None) -> None:
        path = path_of(self.operation, way)
        if target is None or target in self.targets:
            self._attribute(way, leaf, path)
            return
        row, note = self._row(target, way, leaf)
        if not fits(row, leaf):
            self._attribute(way, leaf, path)
            return
        self.targets[target] = way
        self.rows.append(Entry(target, {"path": path, **row}, note))

    def _row(self, target: str, way: Way, leaf: Leaf) -> tuple[dict[str, object], str]:
        kind = told.user_info()[target]
        if kind == "amount":
            return self._amount(way, leaf)
        if kind == "enum":
            return enum(told.labels(target), leaf)
        if kind == "date":
            way_of = date_format(leaf)
            iso = way_of == "%Y-%m-%d"
            return ({"type": "date"} if iso else {"type": "date", "format": way_of or MARK}), ""
        return {"type": kind}, ""

    def _amount(self, way: Way, leaf: Leaf) -> tuple[dict[str, object], str]:
        shape = self.operation.success.shape if self.operation.success else None
        beside = [
            other
            for other, _ in leaves(shape)
            if names.plain(other[-1]) in _CURRENCIES and other[:-1] == way[: len(other) - 1]
        ]
        unit = MARK if leaf.type == "integer" else "major"
        note = f"unit: major, or minor{'; which currency?' if not beside else ''}"
        if beside:
            told_by = path_of(self.operation, max(beside, key=len))
            return {"type": "amount", "unit": unit, "currency_path": told_by}, note
        return {"type": "amount", "unit": unit, "currency": MARK}, note

    def _attribute(self, way: Way, leaf: Leaf, path: str) -> None:
        name = f"attributes.{names.snake(way[-1])}"
        if name in self.targets:
            name = f"attributes.{'_'.join(names.snake(part) for part in way)}"
        row, note = free(leaf)
        self.targets[name] = way
        self.rows.append(Entry(name, {"path": path, **row}, note))

    def _suggest(self, way: Way, listing: Listing) -> None:
        """Show, as a comment, the row that a list of objects would be."""
        path = path_of(self.operation, way) if way else "@"
        if not isinstance(listing.item, Record):
            self.rows.append(
                Remark(f"{path}: a list of single values; one list of UserInfo has them?")
            )
            return
        target = told.lists().get(names.plain(way[-1] if way else ""), "LIST_OF_USER_INFO")
        each = {_called(inner): self._inner(inner, leaf) for inner, leaf in _own(listing)}
        shown = Block((Entry(target, Block((Entry("list", path), Entry("each", each)))),))
        self.rows.append(Remark("a list, to be named by the fields of its rows:"))
        self.rows.extend(Remark(line, as_it_stands=True) for line in lines(shown, 2))

    def _inner(self, way: Way, leaf: Leaf) -> dict[str, object]:
        path = (
            "/".join(way) if self.operation.answered_in == "xml" else path_of(self.operation, way)
        )
        return {"path": path, **free(leaf)[0]}


def _called(way: Way) -> str:
    return "value" if way[-1] == "." else names.snake(way[-1])


def _own(listing: Listing) -> Iterator[tuple[Way, Leaf]]:
    return ((way, leaf) for way, leaf in leaves(listing.item) if way)
