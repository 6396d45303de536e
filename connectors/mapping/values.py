"""Where a value comes from: a place in the document, a constant, a template, or a computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..faults import ConfigError, Findings
from ..select.matcher import Matcher
from ..select.path import Dotted, Select
from ..template import Language, compile_value
from .gap import SENTINELS
from .leaf import Leaf
from .lists.computed import chosen, counted, first_of, months_between, order, summed
from .lists.items import Items, items_to_count
from .lists.retention import Age
from .lists.where import Where, compile_where
from .moments import dates
from .read import Gaps, Read, Selector, constant, one_value, rendered, taking, two_values
from .spec import NOW, AmountRow, IntRow, ValueRow
from .types.convert import compile_convert
from .types.kinds import Typed
from .types.scalars import Reader, amounts_by_code

_CHOICES: Final[Mapping[str, Callable[..., object]]] = {"max": max, "min": min}


@dataclass(frozen=True, slots=True)
class Value:
    """How one value is read."""

    read: Read
    constant: bool = False
    select: Dotted | None = None
    """Where it stands, if that is a plain path; then `take` is all that reads it."""
    take: Reader | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every value is compiled with."""

    selector: Selector
    sentinels: Mapping[str, str]
    language: Language | None
    ages: Mapping[str, Age] = field(default_factory=dict)
    """By the path of a list, what of it is too old."""
    references: set[str] = field(default_factory=set)
    """What of the inquiry is referred to; it grows as values are compiled."""
    tables: set[str] = field(default_factory=set)
    """Likewise, the label tables that are."""

    def select(self, path: str, key: str) -> Select:
        try:
            return self.selector(path)
        except ValueError as error:
            raise ConfigError(str(error), (key,)) from error

    def table(self, name: str) -> Mapping[str, str]:
        if self.language is None:
            raise ConfigError("no tables are known here")
        self.tables.add(name)
        return self.language.table(name)

    def gaps(self, row: Typed) -> Gaps:
        meanings = {**self.sentinels, **row.sentinels}
        return {text: SENTINELS[status] for text, status in meanings.items()}

    def where(self, conditions: Mapping[str, Matcher] | None) -> Where | None:
        if conditions is None:
            return None
        findings = Findings()
        found: Where | None = None
        with findings.at("where"):
            found, references = compile_where(conditions, self.selector, self.language)
            self.references.update(references)
        findings.close()
        return found

    def take(self, row: Typed, reader: Reader) -> Reader:
        """Put what comes before the type in front of it."""
        if row.convert is not None:
            try:
                reader = compile_convert(row.convert)(reader)
            except ConfigError as error:
                raise ConfigError(str(error), ("convert",)) from error
        return taking(self.gaps(row), reader)

    def value(self, row: ValueRow, leaf: Leaf) -> Value:
        reader: Reader = row.reader(leaf, self.table)  # type: ignore[attr-defined]  # each kind has one
        if row.value is not None:
            return self._stated(row.value, reader)
        if row.months_between is not None:
            return Value(self._months(row, row.months_between, reader))
        if row.over is not None:
            name, path = row.over
            return Value(self._over(row, name, path, reader))
        key = "path" if row.xpath is None else "xpath"
        select = self.select(row.path or row.xpath or "", key)
        if isinstance(row, AmountRow) and row.currency_path is not None:
            beside = self.select(row.currency_path, "currency_path")
            return Value(two_values(select, beside, self.gaps(row), amounts_by_code(row.unit)))
        take = self.take(row, reader)
        plain = select if isinstance(select, Dotted) and select.name is not None else None
        return Value(one_value(select, take), select=plain, take=take)

    def _stated(self, value: object, reader: Reader) -> Value:
        if not isinstance(value, str) or "${" not in value:
            return Value(constant(reader, value), constant=True)
        if self.language is None:
            raise ConfigError("nothing can be referred to here", ("value",))
        try:
            template = compile_value(value, self.language)
        except ConfigError as error:
            raise ConfigError(str(error), ("value",)) from error
        self.references.update(template.references)
        return Value(rendered(reader, template.render), constant=True)

    def _months(self, row: ValueRow, dated: tuple[str, str], reader: Reader) -> Read:
        day = dates(row.format if isinstance(row, IntRow) else None)
        begun = self.select(dated[0], "months_between")
        ended = None if dated[1] == NOW else self.select(dated[1], "months_between")
        sentinels = self.gaps(row)
        return months_between(begun, ended, taking(sentinels, day), reader)

    def _over(self, row: ValueRow, name: str, path: str, reader: Reader) -> Read:
        select = self.select(path, name)
        items: Items = items_to_count(select, self.where(row.where), self.ages.get(path))
        if name == "count":
            return counted(select, items, reader)
        of = self.select(row.of or "", "of")
        if name == "sum":
            return summed(select, items, of, self.gaps(row), reader)
        take = taking(self.gaps(row), reader)
        if name == "first":
            return first_of(items, of, take)
        choose = _CHOICES[name]
        return chosen(items, of, take, lambda values: choose(values, key=order))
