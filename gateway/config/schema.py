"""
From pydantic's location of an error to the place in the file.

Pydantic puts the tag of a union, the name of a branch and `[key]` into a
location, and a file has none of them. Only the model's own schema tells them
from real keys: under `{kind: login, login: {...}}` both look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from connectors.faults import Place

Schema = Mapping[str, Any]
"""A pydantic core schema, of which only some keys matter here."""

_UNKNOWN: Schema = {"type": "any"}
_KEY = "[key]"
_INSIDE = {
    "lax-or-strict": "lax_schema",
    "json-or-python": "python_schema",
    "definitions": "schema",
    "model": "schema",
    "default": "schema",
    "nullable": "schema",
    "function-before": "schema",
    "function-after": "schema",
    "function-wrap": "schema",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Where an error lies, and what the model says of that place."""

    at: Place
    words: tuple[str, ...] = ()
    """What could stand here: the keys of a mapping, or the kinds of a union."""
    of_key: bool = False
    """Whether the key is wrong, and not its value."""
    branch: bool = False
    """Whether this only says that one branch of a union did not fit at all."""
    unions: frozenset[Place] = frozenset()
    """The places on the way at which a branch was chosen."""


def trace(model: type[BaseModel], location: Iterable[str | int]) -> Trace:
    """Follow a location of `ValidationError.errors()` through a model."""
    return _Walk(model.__pydantic_core_schema__).follow(location)


class _Walk:
    def __init__(self, schema: Schema) -> None:
        self._shared: dict[str, Schema] = {}
        self._schema = schema
        self._at: list[str | int] = []
        self._words: tuple[str, ...] = ()
        self._of_key = False
        self._branch = False
        self._unions: set[Place] = set()

    def follow(self, location: Iterable[str | int]) -> Trace:
        for part in location:
            self._words, self._branch = (), False
            self._step(self._bare(self._schema), part)
        ending = self._bare(self._schema)
        if ending["type"] == "tagged-union":
            self._words = tuple(str(tag) for tag in ending["choices"])
        return Trace(
            tuple(self._at), self._words, self._of_key, self._branch, frozenset(self._unions)
        )

    def _bare(self, schema: Schema) -> Schema:
        """Take off what leaves no trace in a location."""
        while (kind := schema["type"]) in _INSIDE or kind == "definition-ref":
            for shared in schema.get("definitions", ()):
                self._shared[shared["ref"]] = shared
            if kind == "definition-ref":
                schema = self._shared.get(schema["schema_ref"], _UNKNOWN)
            else:
                schema = schema[_INSIDE[kind]]
        return schema

    def _step(self, schema: Schema, part: str | int) -> None:
        match schema["type"]:
            case "tagged-union":
                self._schema = schema["choices"].get(part, _UNKNOWN)
            case "union":
                self._unions.add(tuple(self._at))
                self._branch = True
                self._schema = self._chosen(schema["choices"], str(part))
            case "dict" if part == _KEY:
                self._of_key = True
            case "model-fields":
                self._into(part, self._field(schema["fields"], str(part)))
            case "dict":
                self._into(part, schema.get("values_schema", _UNKNOWN))
            case "list" | "set" | "frozenset":
                self._into(part, schema.get("items_schema", _UNKNOWN))
            case "tuple" if isinstance(part, int) and schema["items_schema"]:
                items = schema["items_schema"]
                self._into(part, items[min(part, len(items) - 1)])
            case _:
                self._key_or_below(part)

    def _key_or_below(self, part: str | int) -> None:
        if part == _KEY:
            self._of_key = True
        else:
            self._into(part, _UNKNOWN)

    def _into(self, part: str | int, schema: Schema) -> None:
        self._at.append(part)
        self._schema = schema

    def _field(self, fields: Mapping[str, Schema], part: str) -> Schema:
        known = {str(field.get("validation_alias", name)): field for name, field in fields.items()}
        found = known.get(part)
        if found is None:
            self._words = tuple(known)
            return _UNKNOWN
        return cast("Schema", found["schema"])

    def _chosen(self, choices: Iterable[Any], label: str) -> Schema:
        """Find the branch that pydantic calls `label`: `Login`, or `function-after[f(), str]`."""
        for choice in choices:
            schema = self._bare(choice[0] if isinstance(choice, tuple) else choice)
            if schema.get("model_name", schema["type"]) in label:
                return schema
        return _UNKNOWN
