"""
Structured conditions on values: what stands in a file instead of an expression.

Quoted text matches by canonical text: ``"101"`` matches 101, ``"00"`` does not
match 0. Numbers and truth values match only their like, for a text is neither;
in XML, where all is text, they match what it says. Null counts as absent, and
what is absent matches ``present: false`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ..kit import Strict


def exact(value: object) -> object:
    """YAML knows floats; we do not: what it wrote as 1.5 is exactly 1.5."""
    return Decimal(repr(value)) if isinstance(value, float) else value


_Exact = Annotated[Decimal, Field(strict=True)]
Number = Annotated[StrictInt | _Exact, BeforeValidator(exact)]
Scalar = Annotated[StrictBool | StrictInt | StrictStr | _Exact, BeforeValidator(exact)]

LONGEST_PATTERN = 200

_MOST = {
    "repetitions": (r"[*+]|\{[0-9]*,[0-9]*\}", 3),
    "options": (r"(?<!\()\?", 3),
    "groups": (r"\(", 4),
}
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_NAMED = re.compile(r"\(\?P<\w+>")
_REFUSED = re.compile(r"\)[*+{]|\(\?P?[=!(]|\(\?<")
_REFERENCE = re.compile(r"\\[1-9]")
_VERBOSE = re.compile(r"\(\?[a-zA-Z-]*x")


class Matcher(Strict):
    """One value's condition; several operations are *and*. A scalar alone is `equals`."""

    equals: Scalar | None = None
    one_of: tuple[Scalar, ...] | None = Field(default=None, alias="in", min_length=1)
    differs: Matcher | None = Field(default=None, alias="not")
    """The value is there, and is not so."""
    present: StrictBool | None = None
    empty: StrictBool | None = None
    """The value is there, and has (no) content: text, list, object or element."""
    any_item: Matcher | None = Field(default=None, alias="any")
    """At least one item of a list is so."""
    matches: str | None = Field(default=None, max_length=LONGEST_PATTERN)
    """A regular expression for the whole of the canonical text."""
    gt: Number | None = None
    gte: Number | None = None
    lt: Number | None = None
    lte: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, source: object) -> object:
        if source is None:
            raise ValueError("null matches nothing: say {present: false}")
        if isinstance(source, list | tuple):
            raise ValueError("a list is written {in: [...]}")  # noqa: TRY004 (pydantic's protocol)
        if isinstance(source, Mapping) and None in source.values():
            raise ValueError("an operation needs a value; for null say {present: false}")
        return source if isinstance(source, Mapping | Matcher) else {"equals": source}

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        asked = self.model_fields_set
        if not asked:
            raise ValueError("asks nothing")
        if self.present is False and len(asked) > 1:
            raise ValueError("what is absent can not be anything else besides")
        if self.matches is not None:
            check_pattern(self.matches)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors of the short form, too."""
        return {"anyOf": [{"type": ["string", "number", "boolean"]}, handler(schema)]}

    @property
    def wants_text(self) -> bool:
        """Whether it could match a text at all."""
        literals = (*(self.one_of or ()), *(() if self.equals is None else (self.equals,)))
        return not literals or any(isinstance(literal, str) for literal in literals)


def check_pattern(pattern: str, within: Mapping[str, int] | None = None) -> None:
    """
    Refuse patterns that no, or only a very patient, machine can match.

    `within` says otherwise how much of one thing a pattern may have.
    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    syntax = _NAMED.sub("(", _CLASS.sub(".", _ESCAPED.sub(".", pattern)))
    if _REFUSED.search(syntax) or any(map(_REFERENCE.match, _ESCAPED.findall(pattern))):
        raise ValueError("repeated groups, references and look-arounds are not taken")
    if _VERBOSE.search(syntax):
        raise ValueError("the flag x is not taken: repeated groups hide in its white space")
    for what, (found, usual) in _MOST.items():
        most = (within or {}).get(what, usual)
        if len(re.findall(found, syntax)) > most:
            raise ValueError(f"more than {most} {what} are not taken")
