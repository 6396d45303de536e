"""The pages of reference: every key of every file and kind, out of the models themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from ruamel.yaml import YAML

from .models import FAMILIES, MODELS, members
from .tables import Tables

_TITLES: Final = {
    "transport": "Transports",
    "codec": "Codecs",
    "auth": "Credentials",
    "seal": "Seals",
    "sign": "Signatures",
    "verify": "Proofs",
    "mapping": "Rows of a mapping",
    "validate": "Rules",
    "fill": "Fillers",
    "checks": "Checks",
    "gateway": "gateway.yaml",
    "bureau": "A bureau",
    "connector": "A connector",
    "product": "A product",
    "caller": "A caller",
}
_MADE: Final = (
    "Made by `make reference` from the models; [the kinds](../kinds.md) says more, in words."
)
_BLOCK: Final = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages(kinds: str) -> Mapping[str, str]:
    """Write all pages by file name; `kinds` is the page whose examples they take over."""
    shown = dict(_examples(kinds))
    written = {f"{name}.md": "\n".join(_family(name, shown)) for name in FAMILIES}
    written |= {f"{name}.md": "\n".join(_file(name)) for name in MODELS if name in _TITLES}
    index = [f"- [{title}]({name}.md)" for name, title in _TITLES.items()]
    head = ["# Reference", "", _MADE, ""]
    return {"README.md": "\n".join([*head, *index, ""]), **written}


def _family(name: str, shown: Mapping[tuple[str, str], str]) -> Iterator[str]:
    models = dict(members(FAMILIES[name]))
    tables, schemas = _tables(list(models.values()), name)
    yield from (f"# {_TITLES[name]}", "", _MADE, "")
    for kind, model in models.items():
        yield from (f"## {kind}", "")
        schema = schemas[model]
        yield from (*str(schema.get("description", "")).splitlines(), "")
        if example := shown.get((name, kind)):
            yield from ("```yaml", *example.rstrip().splitlines(), "```", "")
        yield from tables.table(schema)
    yield from _parts(tables)


def _file(name: str) -> Iterator[str]:
    model = MODELS[name]
    tables, schemas = _tables([model], "")
    yield from (f"# {_TITLES[name]}", "", _MADE, "")
    yield from (*str(schemas[model].get("description", "")).splitlines(), "")
    yield from tables.table(schemas[model])
    yield from _parts(tables)


def _parts(tables: Tables) -> Iterator[str]:
    parts = list(tables.parts())
    if parts:
        yield from ("## What these are made of", "", *parts)


def _tables(
    models: list[type[BaseModel]], own: str
) -> tuple[Tables, Mapping[type[BaseModel], Mapping[str, Any]]]:
    families = {name: list(members(union)) for name, union in FAMILIES.items()}
    every = [*models, *(model for family in families.values() for _, model in family)]
    by_model, whole = models_json_schema([(one, "validation") for one in dict.fromkeys(every)])
    shared = whole.get("$defs", {})
    names = {model: ref["$ref"].rpartition("/")[2] for (model, _), ref in by_model.items()}
    kinds: dict[str, str] = {}
    unions: dict[frozenset[str], str] = {}
    for name, family in families.items():
        page = "" if name == own else f"{name}.md"
        kinds |= {names[model]: f"[{kind}]({page}#{kind})" for kind, model in family}
        unions[frozenset(names[model] for _, model in family)] = f"[{name}]({name}.md)"
    return Tables(shared, kinds, unions), {model: shared[names[model]] for model in models}


def _examples(page: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Find the example of each kind by the family's key and the kind's name."""
    for block in _BLOCK.findall(page):
        found = YAML(typ="safe", pure=True).load(block)
        for key, value in found.items() if isinstance(found, dict) else ():
            every = value if isinstance(value, list) else [value]
            for one in every:
                kind = one.get("kind") if isinstance(one, dict) else one
                if key in FAMILIES and isinstance(kind, str):
                    yield (key, kind), block
