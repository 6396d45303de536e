"""A model's JSON Schema as a table of keys: type, default, meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Schema = Mapping[str, Any]

_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "mapping",
    "array": "list",
}
_LONGEST: Final = 60

_UNITS: Final = {
    "duration": (("d", 86400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)),
    "size": (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10), ("B", 1.0)),
    "rate": (("/s", 1.0),),
}


@dataclass(slots=True)
class Tables:
    """Writes the tables of one page, each part of a model once."""

    shared: Mapping[str, Schema]
    """Schemas by name, as `$defs` has them."""
    kinds: Mapping[str, str]
    """Names of the schemas of kinds, and where each stands."""
    families: Mapping[frozenset[str], str]
    """What several of them are together, where that has a name."""
    wanted: list[str] = field(default_factory=list)

    def table(self, schema: Schema) -> Iterator[str]:
        """Write the keys of a model; what they are made of is wanted from then on."""
        properties = schema.get("properties") or {}
        if not properties:
            return
        needed = set(schema.get("required") or ())
        yield "| key | type | default | meaning |"
        yield "|---|---|---|---|"
        for name, one in properties.items():
            if "const" in one:
                continue
            default = "needed" if name in needed else _default(one)
            yield f"| `{name}` | {self.words(one)} | {default} | {_cell(one.get('description'))} |"
        yield ""

    def parts(self) -> Iterator[str]:
        """Write what the tables so far are made of, and what that is made of."""
        told: set[str] = set()
        while left := [name for name in self.wanted if name not in told]:
            name = left[0]
            told.add(name)
            schema = self.shared[name]
            yield f"### {plain(name)}"
            yield ""
            if said := schema.get("description"):
                yield from (*said.splitlines(), "")
            if "enum" in schema:
                yield from (f"One of {_listed(schema['enum'])}.", "")
            yield from self.table(schema)

    def words(self, schema: Schema) -> str:
        """Say a type."""
        if "$ref" in schema:
            return self._named(_name(schema))
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._either(choices)
        if schema.get("title") in _UNITS:
            return str(schema["title"])
        if "enum" in schema or "const" in schema:
            return _listed(schema.get("enum") or [schema["const"]])
        return self._whole(schema)

    def _whole(self, schema: Schema) -> str:
        if "prefixItems" in schema:
            return f"[{', '.join(map(self.words, schema['prefixItems']))}]"
        if isinstance(schema.get("items"), Mapping):
            return f"list of {self.words(schema['items'])}"
        if isinstance(schema.get("additionalProperties"), Mapping):
            return f"mapping to {self.words(schema['additionalProperties'])}"
        return _WORDS.get(str(schema.get("type")), "anything")

    def _either(self, choices: list[Schema]) -> str:
        named = frozenset(_name(one) for one in choices)
        whole = next((family for family in self.families if family <= named), frozenset())
        said = [self.families[whole]] if whole else []
        said += [
            self.words(one)
            for one in choices
            if one.get("type") != "null" and _name(one) not in whole
        ]
        return " or ".join(dict.fromkeys(said))

    def _named(self, name: str) -> str:
        if name in self.kinds:
            return self.kinds[name]
        schema = self.shared[name]
        if "properties" not in schema and len(_listed(schema.get("enum") or ())) <= _LONGEST:
            return self.words(schema)
        if name not in self.wanted:
            self.wanted.append(name)
        return f"[{plain(name)}](#{plain(name).lower()})"


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def plain(name: str) -> str:
    """Name a part; where two models have one name, pydantic says the module, too."""
    return name.rpartition("__")[2].partition("-")[0]


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words if word is not None)


def _default(schema: Schema) -> str:
    if schema.get("default") in (None, [], {}):
        return ""
    default, title = schema["default"], schema.get("title")
    if isinstance(default, int | float) and title in _UNITS:
        return f"`{_quantity(default, _UNITS[title])}`"
    text = json.dumps(default, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _LONGEST else "see below"


def _quantity(number: float, units: Sequence[tuple[str, float]]) -> str:
    """Write a number as a file would: in the largest unit of which it is a whole multiple."""
    for name, one in units:
        if number >= one and (number / one).is_integer():
            return f"{int(number / one)}{name}"
    return f"{round(number * 1000)}ms" if number else f"0{units[-1][0]}"


def _cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())
