"""How what a file says of its mapping becomes one function from a document to `UserInfo`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from google.protobuf.descriptor import Descriptor

from ..faults import ConfigError, Findings
from ..kit import Schema
from ..template import Language
from .families import CompiledFamily, Family, Naming, compile_family
from .lists.items import items_to_map
from .lists.listing import Row, listing, scalars
from .lists.retention import Age, Retention, compile_age
from .mapped import CompiledMapping
from .plan import Cell, Plain
from .read import Read, Selector
from .spec import AnyRow, ListRow, ValueRow
from .target import Target, Tree, Walk
from .values import Value, Workshop

_ITSELF = "@"


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a file says of its mapping, each under the key that it stands under."""

    mapping: Mapping[str, AnyRow]
    sentinels: Mapping[str, str] = field(default_factory=dict)
    mapping_families: Sequence[Family] = ()
    retention: Sequence[Retention] = ()


def compile_mapping(
    rows: Mapping[str, AnyRow],
    *,
    selector: Selector,
    schema: Schema,
    connector: str,
    sentinels: Mapping[str, str],
    language: Language | None = None,
) -> CompiledMapping:
    """
    Compile rows against the descriptor of `UserInfo`.

    Raises one `ConfigError` with everything that is wrong, each at its target
    and key.
    """
    bench = _Bench(Workshop(selector, sentinels, _without_secrets(language)), schema, connector)
    cells = bench.cells(rows, bench.descriptor)
    return bench.mapping(cells)


def compile_sources(
    sources: Sources,
    *,
    selector: Selector,
    schema: Schema,
    connector: str,
    language: Language | None = None,
) -> CompiledMapping:
    """
    Compile all of it: rows, families of rows, and what is kept back for its age.

    Raises one `ConfigError` with everything that is wrong, each at its key of
    the file, target and key.
    """
    findings = Findings()
    rows = sources.mapping
    ages = _ages(sources, selector, findings)
    shop = Workshop(selector, sources.sentinels, _without_secrets(language), ages)
    bench = _Bench(shop, schema, connector)
    cells: tuple[Cell, ...] = ()
    with findings.at("mapping"):
        cells = bench.cells(rows, bench.descriptor)
    listed = frozenset(path for path, row in rows.items() if isinstance(row, ListRow))
    naming = Naming(shop, schema, connector, frozenset(rows), listed)
    families = []
    for index, family in enumerate(sources.mapping_families):
        with findings.at("mapping_families", index):
            families.append(compile_family(family, naming))
    findings.close()
    return bench.mapping(cells, tuple(families))


def _without_secrets(language: Language | None) -> Language | None:
    """Take the secrets away: what a report says is none."""
    return None if language is None else replace(language, secrets=_no_secret)


def _no_secret(_: str) -> str:
    raise ConfigError("a secret does not belong into a report")


def _ages(sources: Sources, selector: Selector, findings: Findings) -> Mapping[str, Age]:
    """Compile by the path of the list, which is what counts over the same list have in common."""
    ages: dict[str, Age] = {}
    for index, retention in enumerate(sources.retention):
        with findings.at("retention", index):
            age = compile_age(retention, selector)
            for target in retention.targets:
                row = sources.mapping.get(target)
                if not isinstance(row, ListRow):
                    raise ConfigError(f"`{target}` is not mapped by a list", ("applies_to",))
                if row.place in ages:
                    raise ConfigError(f"`{target}` has a limit already", ("applies_to",))
                ages[row.place] = age
    return ages


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every row is compiled with."""

    shop: Workshop
    schema: Schema
    connector: str

    @property
    def descriptor(self) -> Descriptor:
        # The stubs tell the two implementations of a descriptor apart; nothing else does.
        return cast("Descriptor", self.schema.user_info.DESCRIPTOR)

    def mapping(
        self, cells: tuple[Cell, ...], families: tuple[CompiledFamily, ...] = ()
    ) -> CompiledMapping:
        references, tables = frozenset(self.shop.references), frozenset(self.shop.tables)
        return CompiledMapping(cells, self.schema.user_info, families, references, tables)

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
            return Cell(target.path, self._list(target, row, path), target.writer())
        if target.is_list:
            raise ConfigError(f"`{path}` is a list: map it with `list` and `each`")
        return _value_cell(target, row, self.shop)

    def _list(self, target: Target, row: ListRow, path: str) -> Read:
        if not target.is_list:
            raise ConfigError(f"`{path}` is no list of messages", ("list",))
        select = self.shop.select(row.place, "list")
        findings = Findings()
        where = None
        with findings.at():
            where = self.shop.where(row.where)
        # Only lists of the document have an age: those inside of rows are not addressed.
        age = self.shop.ages.get(row.place) if path == target.path else None
        items = items_to_map(select, where, age)
        read: Read | None = None
        with findings.at("each"):
            if target.field.message_type is None:
                read = scalars(items, self._scalar(target, row))
            else:
                made, key = self._row(target.field.message_type, row, path)
                read = listing(items, made, key)
        return findings.settle(read)

    def _scalar(self, target: Target, row: ListRow) -> Read:
        one = row.each.get(_ITSELF)
        if len(row.each) != 1 or not isinstance(one, ValueRow):
            raise ConfigError('items are scalars: their one row is "@"')
        findings = Findings()
        value: Value | None = None
        with findings.at(_ITSELF):
            leaf, _ = target.leaf(one.type, one.member)
            value = self.shop.value(one, leaf)
        return findings.settle(value).read

    def _row(self, message: Descriptor, row: ListRow, path: str) -> tuple[Row, tuple[str, ...]]:
        start: Tree = {"connector": self.connector} if "connector" in message.fields_by_name else {}
        key = self.schema.keys.get(path, ())
        findings = Findings()
        cells: tuple[Cell, ...] = ()
        with findings.at():
            cells = self.cells(row.each, message, path)
        for name in start.keys() & row.each.keys():
            findings.add(f"`{name}` is set by the gateway, in every row", name)
        for name in (name for name in key if name not in row.each):
            findings.add(f"lacks `{name}`, which rows are addressed by")
        findings.close()
        return Row.of(cells, start), key


def _value_cell(target: Target, row: ValueRow, shop: Workshop) -> Cell:
    """Compile what reads one value and writes it. Raises `ConfigError`."""
    leaf, member = target.leaf(row.type, row.member)
    value = shop.value(row, leaf)
    plain = None
    if value.select is not None and value.select.name is not None and value.take is not None:
        plain = Plain(
            select=value.select,
            name=value.select.name,
            take=value.take,
            steps=target.steps,
            above=target.above,
            field=target.name,
            member=member,
        )
    return Cell(target.path, value.read, target.writer(member), value.constant, plain)


def _below(at: str, path: str) -> str:
    return f"{at}.{path}" if at else path
