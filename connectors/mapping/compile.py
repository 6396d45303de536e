"""How the rows of a mapping become one function from a document to `UserInfo`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from ..contract import Counts, Document, FieldNote
from ..faults import ConfigError, Findings
from ..kit import Schema
from ..select.conditions import compile_conditions
from ..select.path import Select
from ..words import FieldStatus
from .convert import Reader, amounts_by_code
from .gap import SENTINELS, Gap
from .listing import Cell, Row, listing
from .read import Gaps, Read, Selector, Tally, constant, one_value, two_values
from .spec import AmountRow, AnyRow, ListRow, ValueRow, XPath
from .target import Target, Tree, Walk


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a document told."""

    user_info: bytes = field(repr=False)
    """A serialised `UserInfo`; empty where nothing was written."""
    notes: Mapping[str, FieldNote]
    """One a target, whatever became of it."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """
    A mapping, ready to be used. It does not raise, whatever the document.

    A list is PRESENT when one of its rows could be written, even if a value in
    another could not be read: `Counts.invalid` tells of that.
    """

    cells: tuple[Cell, ...] = field(repr=False)
    user_info: type[Message]

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(cell.target for cell in self.cells)

    def __call__(self, document: Document, observed_at: datetime | None = None) -> Mapped:
        tree: Tree = {}
        tally = Tally()
        notes: dict[str, FieldNote] = {}
        known = {FieldStatus.PRESENT: FieldNote(FieldStatus.PRESENT, observed_at)}
        for cell in self.cells:
            value = cell.read(document, tally)
            status = FieldStatus.PRESENT
            if isinstance(value, Gap):
                status = value.status
                if status not in known:
                    known[status] = FieldNote(status, observed_at)
            else:
                cell.write(tree, value)
            notes[cell.target] = known[status]
        user_info = self.user_info(**tree).SerializeToString() if tree else b""
        return Mapped(user_info, notes, Counts(tally.mapped, tally.invalid, tally.unmapped))


def compile_mapping(
    rows: Mapping[str, AnyRow],
    *,
    selector: Selector,
    schema: Schema,
    connector: str,
    sentinels: Mapping[str, str],
) -> CompiledMapping:
    """
    Compile rows against the descriptor of `UserInfo`.

    Raises one `ConfigError` with everything that is wrong, each at its target
    and key.
    """
    bench = _Bench(selector, schema, connector, sentinels)
    # The stubs tell the two implementations of a descriptor apart; nothing else does.
    descriptor = cast("Descriptor", schema.user_info.DESCRIPTOR)
    return CompiledMapping(bench.cells(rows, descriptor), schema.user_info)


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every row is compiled with."""

    selector: Selector
    schema: Schema
    connector: str
    sentinels: Mapping[str, str]

    def cells(self, rows: Mapping[str, AnyRow], into: Descriptor, at: str = "") -> tuple[Cell, ...]:
        """Compile the rows of one message, which lies at a path of `UserInfo`."""
        findings = Findings()
        cells: list[Cell] = []
        keyed: set[str] = set()
        for path, row in rows.items():
            with findings.at(path):
                target = Walk(into, self.schema.keys, self.connector, at).to(path)
                keyed.add(target.keyed)
                cells.append(self._cell(target, row, _below(at, path)))
        for path in rows:
            if _below(at, path) in keyed:
                findings.add("is mapped as a list and by rows with keys: choose one", path)
        findings.close()
        return tuple(cells)

    def _cell(self, target: Target, row: AnyRow, path: str) -> Cell:
        if isinstance(row, ListRow):
            return Cell(target.path, self._list(target, row, path), target.writer(), constant=False)
        if target.is_list:
            raise ConfigError(f"`{path}` is a list: map it with `list` and `each`")
        leaf, member = target.leaf(row.type)
        reader = row.reader(leaf)
        if row.value is None:
            return Cell(
                target.path, self._value(row, reader), target.writer(member), constant=False
            )
        return Cell(target.path, constant(reader, row.value), target.writer(member), constant=True)

    def _value(self, row: ValueRow, reader: Reader) -> Read:
        key = "path" if row.xpath is None else "xpath"
        select = self._select(row.path or row.xpath or "", key)
        meanings: Gaps = {
            text: SENTINELS[status] for text, status in {**self.sentinels, **row.sentinels}.items()
        }
        if isinstance(row, AmountRow) and row.currency_path is not None:
            beside = self._select(row.currency_path, "currency_path")
            return two_values(select, beside, meanings, amounts_by_code(row.unit))
        return one_value(select, meanings, reader)

    def _list(self, target: Target, row: ListRow, path: str) -> Read:
        message = target.field.message_type
        if not target.is_list or message is None:
            raise ConfigError(f"`{path}` is no list of messages", ("list",))
        select = self._select(row.list.xpath if isinstance(row.list, XPath) else row.list, "list")
        start: Tree = {"connector": self.connector} if "connector" in message.fields_by_name else {}
        key = self.schema.keys.get(path, ())
        findings = Findings()
        cells: tuple[Cell, ...] = ()
        with findings.at("each"):
            cells = self.cells(row.each, message, path)
        for name in start.keys() & row.each.keys():
            findings.add(f"`{name}` is set by the gateway, in every row", "each", name)
        for name in (name for name in key if name not in row.each):
            findings.add(f"lacks `{name}`, which rows are addressed by", "each")
        with findings.at("where"):
            keep = self._where(row)
        findings.close()
        return listing(select, keep, Row.of(cells, start), key)

    def _where(self, row: ListRow) -> Callable[[Document], bool] | None:
        return None if row.where is None else compile_conditions(row.where, self.selector)

    def _select(self, path: str, key: str) -> Select:
        try:
            return self.selector(path)
        except ValueError as error:
            raise ConfigError(str(error), (key,)) from error


def _below(at: str, path: str) -> str:
    return f"{at}.{path}" if at else path
