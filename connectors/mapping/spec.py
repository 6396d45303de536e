"""
The rows of ``mapping:``: where a value stands, and the type that it has.

    mapping:
      credit_summary.total_balance: {path: debt, type: amount, unit: major, currency: EUR}
      credit_summary.open_accounts: {count: trades, where: {status: O}, type: int}
      credit_summary.scores:
        list: data.scores
        where: {status: {not: VOID}}
        each:
          score: {path: value, type: int, range: [300, 900]}
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import Discriminator, Field, Tag, model_validator

from ..kit import Strict
from ..select.matcher import Matcher
from .types.kinds import (
    AmountKind,
    BoolKind,
    DateKind,
    DecimalKind,
    EnumKind,
    Format,
    IntKind,
    RangeKind,
    RatioKind,
    Sentinels,
    StringKind,
    TimestampKind,
    Typed,
)

__all__ = [
    "NOW",
    "AmountRow",
    "AnyRow",
    "IntRow",
    "ListRow",
    "Rows",
    "Sentinels",
    "ValueRow",
    "XPath",
]

NOW: Final = "now"
"""The time of the answer, where a date of `months_between` stands."""

OVER: Final[Mapping[str, frozenset[str]]] = {
    "count": frozenset({"int"}),
    "sum": frozenset({"int", "decimal", "amount"}),
    "max": frozenset({"int", "decimal", "ratio", "amount", "date", "timestamp"}),
    "min": frozenset({"int", "decimal", "ratio", "amount", "date", "timestamp"}),
    "first": frozenset(
        {"string", "bool", "enum", "int", "decimal", "ratio", "amount", "date", "timestamp"}
    ),
}
"""What can be computed over a list, and of which types it is."""


class ValueRow(Typed):
    """Where one value stands, or how it is computed."""

    path: str | None = None
    xpath: str | None = None
    value: bool | int | Decimal | str | None = None
    """A constant or a template, instead of a place in the document."""
    count: str | None = None
    """A list: how many items it has."""
    sum: str | None = None
    max: str | None = None
    min: str | None = None
    first: str | None = None
    """A list: what becomes of `of` in its items."""
    of: str | None = None
    where: dict[str, Matcher] | None = None
    """Which items are computed over; all of the conditions must hold."""
    months_between: tuple[str, str] | None = None
    """Whole months from one date to another, or to `now`."""

    @property
    def over(self) -> tuple[str, str] | None:
        """What is computed over which list."""
        return next(((name, path) for name in OVER if (path := getattr(self, name))), None)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = ("path", "xpath", "value", "months_between", *OVER)
        if sum(getattr(self, place) is not None for place in places) != 1:
            raise ValueError(f"needs one of {', '.join(places)}")
        if self.path is None and self.xpath is None and self.convert is not None:
            raise ValueError("`convert` is for a value of the document")
        if self.months_between is not None and self.type != "int":
            raise ValueError("`months_between` is an int")
        return self

    @model_validator(mode="after")
    def _computed(self) -> Self:
        name, _ = self.over or ("", "")
        if name and self.type not in OVER[name]:
            raise ValueError(f"`{name}` is one of {', '.join(sorted(OVER[name]))}")
        if (self.of is not None) is (name in {"", "count"}):
            raise ValueError("sum, max, min and first say `of` what, and nothing else does")
        if self.where is not None and not name:
            raise ValueError("`where` chooses among the items of a list")
        return self


class StringRow(StringKind, ValueRow):
    """Text."""


class BoolRow(BoolKind, ValueRow):
    """True or false."""


class EnumRow(EnumKind, ValueRow):
    """A label."""


class IntRow(IntKind, ValueRow):
    """A whole number."""

    format: Format | None = None
    """Of the dates of `months_between`."""

    @model_validator(mode="after")
    def _formatted(self) -> Self:
        if self.format is not None and self.months_between is None:
            raise ValueError("`format` is for dates")
        return self


class DecimalRow(DecimalKind, ValueRow):
    """A number with decimals."""


class RatioRow(RatioKind, ValueRow):
    """A number from 0 to 1."""


class AmountRow(AmountKind, ValueRow):
    """Money."""

    @model_validator(mode="after")
    def _known_currency(self) -> Self:
        if self.currency is None and self.path is None and self.xpath is None:
            raise ValueError("what is constant or computed has a constant `currency`")
        return self


class RangeRow(RangeKind, ValueRow):
    """A range."""


class DateRow(DateKind, ValueRow):
    """A calendar date."""


class TimestampRow(TimestampKind, ValueRow):
    """A point in time."""


class XPath(Strict):
    """A place in an XML document."""

    xpath: str


class ListRow(Strict):
    """A list: one row for each item that `where` lets through."""

    list: str | XPath
    where: dict[str, Matcher] | None = None
    """Conditions on an item; all of them must hold."""
    each: Annotated[dict[str, AnyRow], Field(min_length=1)]
    """The fields of a row; of a list of scalars, the one row ``"@"``."""

    @property
    def place(self) -> str:
        return self.list.xpath if isinstance(self.list, XPath) else self.list


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
    | Annotated[RangeRow, Tag("range")]
    | Annotated[DateRow, Tag("date")]
    | Annotated[TimestampRow, Tag("timestamp")]
    | Annotated[ListRow, Tag("each")],
    Discriminator(
        _tag,
        custom_error_type="mapping_row",
        custom_error_message=(
            "a row has a `type` (string, int, decimal, bool, date, timestamp, amount, ratio,"
            " enum or range), or `list` with `each`"
        ),
    ),
]

Rows = dict[str, AnyRow]
"""Rows by target."""
