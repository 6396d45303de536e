"""
Hundreds of fields by one grammar of names.

    mapping_families:
      - match: 'als_(?P<window>d7|m3)_(?P<key>id|cell)_nbank_allnum'
        values: {window: {d7: 7D, m3: 3M}, key: {id: ID, cell: MOBILE}}
        target: 'fraud.multi_lending[{window},{key},NONBANK].application_count'
        type: int

A group with `values` is finite: all that it can make is checked at load. One
without goes into the name of an attribute, in small letters. Each name is
matched once, and then known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Discriminator, Field, Tag, model_validator

from ..types.kinds import (
    AmountKind,
    BoolKind,
    Code,
    DateKind,
    DecimalKind,
    EnumKind,
    IntKind,
    RangeKind,
    RatioKind,
    StringKind,
    TimestampKind,
    Typed,
)

HOLE: Final = re.compile(r"\{(\w+)\}")
"""Where a group's word goes in a target."""


class Grammar(Typed):
    """Names, and where what stands under them goes."""

    match: Annotated[str, Field(max_length=1000)]
    """A regular expression for a whole name, with a named group for each hole of the target."""
    in_: str | None = Field(default=None, alias="in")
    """The object whose names are matched; where nothing is said, the document itself."""
    values: dict[str, Annotated[dict[Code, str], Field(min_length=1)]] = Field(default_factory=dict)
    """Our word for each of the bureau's, by group."""
    target: str

    @property
    def lies_in(self) -> str:
        """The list, section or beginning of attributes' names that all it gives lies in."""
        start = re.split(r"[\[{]", self.target, maxsplit=1)[0]
        if self.target[len(start) :].startswith("["):
            return start
        return f"{start}*" if start.startswith("attributes.") else start.rpartition(".")[0]

    @model_validator(mode="after")
    def _matched(self) -> Self:
        groups = _groups(self.match)
        for name in HOLE.findall(self.target):
            if name not in groups:
                raise ValueError(f"`match` has no group {name}")
        for name in self.values:
            if name not in groups:
                raise ValueError(f"`values` of {name}, which is no group of `match`")
        if getattr(self, "currency_path", None) is not None:
            raise ValueError("a family has one `currency`")
        return self


class StringFamily(StringKind, Grammar):
    """Texts."""


class BoolFamily(BoolKind, Grammar):
    """Truth values."""


class EnumFamily(EnumKind, Grammar):
    """Labels."""


class IntFamily(IntKind, Grammar):
    """Whole numbers."""


class DecimalFamily(DecimalKind, Grammar):
    """Numbers with decimals."""


class RatioFamily(RatioKind, Grammar):
    """Numbers from 0 to 1."""


class AmountFamily(AmountKind, Grammar):
    """Money."""


class RangeFamily(RangeKind, Grammar):
    """Ranges."""


class DateFamily(DateKind, Grammar):
    """Calendar dates."""


class TimestampFamily(TimestampKind, Grammar):
    """Points in time."""


def _tag(family: object) -> str | None:
    return family.get("type") if isinstance(family, Mapping) else getattr(family, "type", None)


Family = Annotated[
    Annotated[StringFamily, Tag("string")]
    | Annotated[BoolFamily, Tag("bool")]
    | Annotated[EnumFamily, Tag("enum")]
    | Annotated[IntFamily, Tag("int")]
    | Annotated[DecimalFamily, Tag("decimal")]
    | Annotated[RatioFamily, Tag("ratio")]
    | Annotated[AmountFamily, Tag("amount")]
    | Annotated[RangeFamily, Tag("range")]
    | Annotated[DateFamily, Tag("date")]
    | Annotated[TimestampFamily, Tag("timestamp")],
    Discriminator(
        _tag,
        custom_error_type="mapping_family",
        custom_error_message="a family has the `type` of its values, as a row of `mapping` has",
    ),
]

Families = tuple[Family, ...]


def _groups(pattern: str) -> frozenset[str]:
    try:
        return frozenset(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"`match` is no regular expression: {error}") from error
