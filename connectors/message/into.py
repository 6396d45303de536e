"""Where a credential or a signature stands in a message."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from ..contract import Wire
from ..kit import Strict
from ..template import Unwritable
from .draft import HEADER_NAME, Draft, check_header, fill_path, write_query

Place = Literal["header", "query", "field", "path"]


class Into(Strict):
    """One place of a message, and what is written there."""

    header: str | None = None
    query: str | None = None
    field: str | None = None
    """Of a form, or at the top of a JSON object."""
    path: str | None = Field(default=None, validation_alias=AliasChoices("path", "path_param"))
    """Fills ``{NAME}`` in the path."""
    format: str | None = None
    """Text around one ``{token}``, or ``{signature}``."""

    hole: ClassVar[str] = "{token}"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [name for name in (self.header, self.query, self.field, self.path) if name]
        if len(named) != 1:
            raise ValueError("exactly one of header, query, field and path")
        if self.header is not None and not HEADER_NAME.fullmatch(self.header):
            raise ValueError("a header has a name of letters, digits and -")
        if self.format is not None and self.format.count(self.hole) != 1:
            raise ValueError(f"format has {self.hole} exactly once")
        return self

    @property
    def place(self) -> tuple[Place, str]:
        for place in ("header", "query", "field", "path"):
            if name := getattr(self, place):
                return place, name
        raise AssertionError("validated")

    def written(self, value: str) -> str:
        return value if self.format is None else self.format.replace(self.hole, value)

    def on_draft(self, draft: Draft, value: str) -> Draft:
        match self.place:
            case "header", name:
                return draft.with_header(name, value)
            case "query", name:
                return draft.with_param(name, value)
            case "field", name:
                return draft.with_field(name, value)
            case _, name:
                return draft.with_path_part(name, value)

    def on_wire(self, wire: Wire, value: str) -> Wire:
        """Add to a finished message; what was there already stays, byte for byte."""
        match self.place:
            case "header", name:
                check_header(name, value)
                return wire.with_header(name, value)
            case "query", name:
                mark = "&" if "?" in wire.target else "?"
                return replace(wire, target=f"{wire.target}{mark}{write_query(((name, value),))}")
            case "path", name:
                path, mark, query = wire.target.partition("?")
                return replace(wire, target=fill_path(path, name, value) + mark + query)
            case _, name:
                raise Unwritable(f"field {name}: the body is finished")
