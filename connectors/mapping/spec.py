"""
The rows of ``mapping:``, one model a type, which builds what reads its values.

    mapping:
      credit_summary.total_balance: {path: debt, type: amount, unit: major, currency: EUR}
      credit_summary.scores:
        list: data.scores
        where: {status: {not: VOID}}
        each:
          score: {path: value, type: int, range: [300, 900]}
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ..faults import ConfigError
from ..kit import Strict
from ..select.matcher import Matcher
from ..template.scalar import canonical
from .convert import Reader, amounts, integers, labels, numbers, read_bool, read_string
from .gap import UNMAPPED
from .leaf import Leaf, hint
from .moments import dates, timestamps


def _code(key: object) -> str:
    text = canonical(Decimal(repr(key)) if isinstance(key, float) else key)
    if text is None:
        raise ValueError("a code is text, a number, true or false")
    return text


Code = Annotated[str, BeforeValidator(_code, json_schema_input_type=str)]
"""A bureau's code, as text: 101 and "101" are the same, "01" and 1 are not."""

Sentinels = dict[Code, Literal["NULL_VALUE", "NOT_FOUND", "SUPPRESSED", "INVALID_VALUE"]]
"""Values that stand for the lack of one, and what they mean."""


class ValueRow(Strict):
    """Where one value stands."""

    path: str | None = None
    xpath: str | None = None
    value: bool | int | Decimal | str | None = None
    """A constant, instead of a place in the document."""
    sentinels: Sentinels = Field(default_factory=dict)
    """Added to the connector's; the same value here wins."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.path, self.xpath, self.value)) != 1:
            raise ValueError("needs one of `path`, `xpath` and `value`")
        if isinstance(self.value, str) and "${" in self.value:
            raise ValueError("`value` is a constant: a mapping knows no references")
        return self


class _CodedRow(ValueRow):
    unmapped: Literal["INVALID_VALUE", "NULL_VALUE"] = "INVALID_VALUE"
    """What a code is that `map` does not list. Either way it is counted."""


class StringRow(_CodedRow):
    """Text, as it is."""

    type: Literal["string"]
    map: dict[Code, str] | None = None

    def reader(self, _: Leaf) -> Reader:
        return read_string if self.map is None else labels(self.map, UNMAPPED[self.unmapped])


class BoolRow(_CodedRow):
    """True or false."""

    type: Literal["bool"]
    map: dict[Code, bool] | None = None

    def reader(self, _: Leaf) -> Reader:
        return read_bool if self.map is None else labels(self.map, UNMAPPED[self.unmapped])


class EnumRow(_CodedRow):
    """One of an enum's labels, without the enum's prefix; by `map`, or by its own name."""

    type: Literal["enum"]
    map: dict[Code, str] | None = None

    def reader(self, leaf: Leaf) -> Reader:
        for code, label in (self.map or {}).items():
            if label not in leaf.labels:
                near = hint(label, leaf.labels) or f": it has {', '.join(leaf.labels)}"
                raise ConfigError(f"the enum has no `{label}`{near}", ("map", code))
        table = self.map if self.map is not None else {label: label for label in leaf.labels}
        by_code = {code: leaf.labels[label] for code, label in table.items()}
        return labels(by_code, UNMAPPED[self.unmapped])


class IntRow(ValueRow):
    """A whole number; the text of one may have a sign and leading zeros."""

    type: Literal["int"]
    range: tuple[int, int] | None = None
    """Lowest and highest; what lies outside is no value."""

    def reader(self, leaf: Leaf) -> Reader:
        low, high = leaf.bounds
        least, most = self.range or leaf.bounds
        if least > most or least > high or most < low:
            raise ConfigError(f"no value of the field lies in [{least}, {most}]", ("range",))
        return integers(max(low, least), min(high, most))


class DecimalRow(ValueRow):
    """A number with decimals."""

    type: Literal["decimal"]
    range: tuple[Decimal, Decimal] | None = None

    def reader(self, leaf: Leaf) -> Reader:
        low, high = self.range or (None, None)
        if low is not None and high is not None and low > high:
            raise ConfigError(f"no number lies in [{low}, {high}]", ("range",))
        return numbers(low, high, float if leaf.shape == "double" else _notation)


class RatioRow(ValueRow):
    """A number from 0 to 1."""

    type: Literal["ratio"]

    def reader(self, _: Leaf) -> Reader:
        return numbers(Decimal(0), Decimal(1), float)


class AmountRow(ValueRow):
    """Money: whole numbers of the currency's smallest unit."""

    type: Literal["amount"]
    unit: Literal["major", "minor"]
    """What the bureau counts: 12.34 EUR is 12.34 major or 1234 minor units."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    currency_path: str | None = None
    """Where the document says the currency, by the same kind of path as the amount's."""

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if (self.currency is None) == (self.currency_path is None):
            raise ValueError("needs one of `currency` and `currency_path`")
        if self.value is not None and self.currency is None:
            raise ValueError("a constant amount has a constant `currency`")
        return self

    def reader(self, _: Leaf) -> Reader:
        return amounts(self.unit, self.currency or "")


class DateRow(ValueRow):
    """A calendar date; `format` is strptime's."""

    type: Literal["date"]
    format: str | None = None

    def reader(self, _: Leaf) -> Reader:
        return dates(self.format)


class TimestampRow(ValueRow):
    """A point in time; `format` is strptime's, or iso, unix or unix_ms."""

    type: Literal["timestamp"]
    format: str | None = None
    timezone: str | None = None
    """Of times that tell no zone themselves."""

    def reader(self, _: Leaf) -> Reader:
        return timestamps(self.format, self.timezone)


class XPath(Strict):
    """A place in an XML document."""

    xpath: str


class ListRow(Strict):
    """A list of messages: one row for each item that `where` lets through."""

    list: str | XPath
    where: dict[str, Matcher] | None = None
    """Conditions on an item; all of them must hold."""
    each: Annotated[dict[str, AnyRow], Field(min_length=1)]


def _tag(row: object) -> str | None:
    if not isinstance(row, Mapping):
        return "each" if isinstance(row, ListRow) else getattr(row, "type", None)
    return "each" if "list" in row or "each" in row else row.get("type")


AnyRow = Annotated[
    Annotated[StringRow, Tag("string")]
    | Annotated[BoolRow, Tag("bool")]
    | Annotated[EnumRow, Tag("enum")]
    | Annotated[IntRow, Tag("int")]
    | Annotated[DecimalRow, Tag("decimal")]
    | Annotated[RatioRow, Tag("ratio")]
    | Annotated[AmountRow, Tag("amount")]
    | Annotated[DateRow, Tag("date")]
    | Annotated[TimestampRow, Tag("timestamp")]
    | Annotated[ListRow, Tag("each")],
    Discriminator(
        _tag,
        custom_error_type="mapping_row",
        custom_error_message=(
            "a row has a `type` (string, int, decimal, bool, date, timestamp, amount, ratio"
            " or enum), or `list` with `each`"
        ),
    ),
]

Rows = dict[str, AnyRow]
"""Rows by target."""


def _notation(number: Decimal) -> str:
    return format(number, "f")
