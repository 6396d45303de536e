"""What each `type` of a row may say besides, and the reader that it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema, model_validator

from ...faults import ConfigError
from ...kit import Strict
from ...template.scalar import canonical
from ..gap import UNMAPPED
from ..leaf import Leaf, hint
from ..moments import TWO_DIGITS, dates, timestamps
from .ranges import Bound, both_ends, one_end, ranges
from .scalars import Reader, amounts, integers, labels, numbers, read_bool, read_string

Word = TypeVar("Word", str, bool)

Table = Callable[[str], Mapping[str, str]]
"""Looks a label table up by name. Raises `ConfigError`."""

_TABLE: Final = re.compile(r"\$\{\s*tables\.([\w-]+)\s*\}")


def _code(key: object) -> str:
    text = canonical(Decimal(repr(key)) if isinstance(key, float) else key)
    if text is None:
        raise ValueError("a code is text, a number, true or false")
    return text


Code = Annotated[str, BeforeValidator(_code, json_schema_input_type=str)]
"""A bureau's code, as text: 101 and "101" are the same, "01" and 1 are not."""

Sentinels = dict[Code, Literal["NULL_VALUE", "NOT_FOUND", "SUPPRESSED", "INVALID_VALUE"]]
"""Values that stand for the lack of one, and what they mean."""

TableName = Annotated[
    str,
    Field(pattern=_TABLE.pattern),
    WithJsonSchema({"type": "string", "examples": ["${tables.X}"]}),
]
"""A label table of `config/tables/`."""

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Format = str | tuple[str, ...]
"""One format of strptime, or several that are tried in turn."""


class Typed(Strict):
    """What every value has, wherever it stands."""

    type: str
    sentinels: Sentinels = Field(default_factory=dict)
    """Added to the connector's; the same value here wins."""
    convert: str | None = None
    """Functions that the value goes through before its type reads it."""

    @property
    def member(self) -> str:
        """What the value is called inside of an attribute."""
        return self.type


class _Coded(Typed):
    unmapped: Literal["INVALID_VALUE", "NULL_VALUE"] = "INVALID_VALUE"
    """What a code is that `map` does not list. Either way it is counted."""


class StringKind(_Coded):
    """Text, as it is."""

    type: Literal["string"]
    map: dict[Code, str] | TableName | None = None

    def reader(self, _: Leaf, table: Table) -> Reader:
        known = _table(self.map, table)
        return read_string if known is None else labels(known, UNMAPPED[self.unmapped])


class BoolKind(_Coded):
    """True or false."""

    type: Literal["bool"]
    map: dict[Code, StrictBool] | TableName | None = None

    def reader(self, _: Leaf, table: Table) -> Reader:
        known = _table(self.map, table)
        if known is None:
            return read_bool
        by_code = {code: _truth(code, word) for code, word in known.items()}
        return labels(by_code, UNMAPPED[self.unmapped])


class EnumKind(_Coded):
    """One of an enum's labels, without the enum's prefix; by `map`, or by its own name."""

    type: Literal["enum"]
    map: dict[Code, str] | TableName | None = None

    def reader(self, leaf: Leaf, table: Table) -> Reader:
        known = _table(self.map, table)
        for code, label in (known or {}).items():
            if label not in leaf.labels:
                near = hint(label, leaf.labels) or f": it has {', '.join(leaf.labels)}"
                raise ConfigError(f"the enum has no `{label}`{near}", ("map", code))
        named = known if known is not None else {label: label for label in leaf.labels}
        by_code = {code: leaf.labels[label] for code, label in named.items()}
        return labels(by_code, UNMAPPED[self.unmapped])


class IntKind(Typed):
    """A whole number; the text of one may have a sign and leading zeros."""

    type: Literal["int"]
    range: tuple[int, int] | None = None
    """Lowest and highest; what lies outside is no value."""

    def reader(self, leaf: Leaf, _: Table) -> Reader:
        low, high = leaf.bounds
        least, most = self.range or leaf.bounds
        if least > most or least > high or most < low:
            raise ConfigError(f"no value of the field lies in [{least}, {most}]", ("range",))
        return integers(max(low, least), min(high, most))


class DecimalKind(Typed):
    """A number with decimals."""

    type: Literal["decimal"]
    range: tuple[Decimal, Decimal] | None = None

    def reader(self, leaf: Leaf, _: Table) -> Reader:
        low, high = self.range or (None, None)
        if low is not None and high is not None and low > high:
            raise ConfigError(f"no number lies in [{low}, {high}]", ("range",))
        return numbers(low, high, float if leaf.shape == "double" else _notation)


class RatioKind(Typed):
    """A number from 0 to 1."""

    type: Literal["ratio"]

    @property
    def member(self) -> str:
        return "double"

    def reader(self, _: Leaf, __: Table) -> Reader:
        return numbers(Decimal(0), Decimal(1), float)


class AmountKind(Typed):
    """Money: whole numbers of the currency's smallest unit."""

    type: Literal["amount"]
    unit: Literal["major", "minor"]
    """What the bureau counts: 12.34 EUR is 12.34 major or 1234 minor units."""
    currency: Currency | None = None
    currency_path: str | None = None
    """Where the document says the currency, by the same kind of path as the amount's."""

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if (self.currency is None) == (self.currency_path is None):
            raise ValueError("needs one of `currency` and `currency_path`")
        return self

    def reader(self, _: Leaf, __: Table) -> Reader:
        return amounts(self.unit, self.currency or "")


class RangeKind(_Coded):
    """A range that is written as text: an end of it, or both of a band of amounts."""

    type: Literal["range"]
    bound: Bound | None = None
    """Which number of it; none, for a field that takes both ends."""
    unit: Literal["major", "minor"] | None = None
    currency: Currency | None = None
    """Of amounts, with `unit`."""
    map: dict[Code, str] | TableName | None = None
    """The ranges of codes."""

    @property
    def member(self) -> str:
        return "decimal" if self.unit is None else "amount"

    def reader(self, leaf: Leaf, table: Table) -> Reader:
        if (leaf.shape == "band") is (self.bound is not None):
            both = "takes both ends: leave `bound` out"
            raise ConfigError(both if self.bound else "says which `bound`", ("bound",))
        if (self.unit is None) is not (self.currency is None):
            raise ConfigError("`unit` and `currency` go together", ("unit",))
        if (leaf.shape in {"band", "amount"}) is (self.unit is None):
            raise ConfigError(
                "`unit` and `currency` are for amounts, and they need them", ("unit",)
            )
        one = self._one(leaf)
        write = both_ends(one) if self.bound is None else one_end(self.bound, one)
        return ranges(_table(self.map, table), self.unmapped, write)

    def _one(self, leaf: Leaf) -> Reader:
        if self.unit is not None:
            return amounts(self.unit, self.currency or "")
        if leaf.shape == "int":
            return integers(*leaf.bounds)
        return numbers(None, None, float if leaf.shape == "double" else _notation)


class DateKind(Typed):
    """A calendar date; `format` is strptime's, or a list of such."""

    type: Literal["date"]
    format: Format | None = None
    pivot: int = Field(default=TWO_DIGITS, ge=1800, le=2100)
    """The first of the hundred years that `%y` may mean."""

    def reader(self, _: Leaf, __: Table) -> Reader:
        return dates(self.format, self.pivot)


class TimestampKind(Typed):
    """A point in time; `format` is strptime's, or iso, unix or unix_ms."""

    type: Literal["timestamp"]
    format: str | None = None
    timezone: str | None = None
    """Of times that tell no zone themselves."""

    def reader(self, _: Leaf, __: Table) -> Reader:
        return timestamps(self.format, self.timezone)


def _table(
    source: Mapping[str, Word] | str | None, table: Table
) -> Mapping[str, Word | str] | None:
    """Give what `map` says, or the label table that it names."""
    if not isinstance(source, str):
        return source
    found = _TABLE.fullmatch(source)
    try:
        return table(found[1] if found else source)
    except ConfigError as error:
        raise ConfigError(str(error), ("map",)) from error


def _truth(code: str, word: object) -> bool:
    if word in (True, False, "true", "false"):
        return word in (True, "true")
    raise ConfigError("is neither true nor false", ("map", code))


def _notation(number: Decimal) -> str:
    return format(number, "f")
