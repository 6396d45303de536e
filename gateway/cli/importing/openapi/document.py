"""An OpenAPI file: read, its references followed within the file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ..fault import Unusable, line_of

MOST_BYTES: Final = 32 * 2**20
_MOST_VALUES: Final = 2_000_000
_DEEPEST: Final = 100
"""References that lead to references."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A file, and its whole as plain values."""

    file: Path
    text: str = field(repr=False)
    root: Node = field(repr=False)

    def followed(self, node: object) -> tuple[Node, str]:
        """Follow a node's reference; give what it leads to, and the last reference on the way."""
        reference = ""
        for _ in range(_DEEPEST):
            if not isinstance(node, Mapping):
                return {}, reference
            target = node.get("$ref")
            if not isinstance(target, str):
                return node, reference
            reference = target
            beside = {key: value for key, value in node.items() if key != "$ref"}
            node = {**self._at(target), **beside}
        raise self.fault(f"{reference} leads round in a circle", reference)

    def node(self, node: object) -> Node:
        return self.followed(node)[0]

    def fault(self, message: str, needle: str = "") -> Unusable:
        return Unusable(f"{self.file}:{line_of(self.text, needle) if needle else 1}: {message}")

    def _at(self, reference: str) -> Node:
        if not reference.startswith("#/"):
            raise self.fault(
                f"{reference} is not in this file: bundle it into one first", reference
            )
        found: object = self.root
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            raise self.fault(f"{reference} leads nowhere", reference)
        return found


def read_document(file: Path) -> Document:
    """Read an OpenAPI file, YAML or JSON. Raises `Unusable`."""
    if file.stat().st_size > MOST_BYTES:
        raise Unusable(f"{file}:1: larger than {MOST_BYTES} bytes")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{file}:1: not UTF-8") from None
    loaded = _json(file, text) if text.lstrip()[:1] == "{" else _yaml(file, text)
    root = _Plain().plain(loaded)
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3."):
        raise Unusable(f"{file}:1: no OpenAPI 3: it has no `openapi: 3.x`")
    return Document(file, text, root)


def _json(file: Path, text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise Unusable(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise Unusable(f"{file}:1: nested too deep") from None


def _yaml(file: Path, text: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unusable(f"{file}:{line}:{column}: not YAML: {error.problem}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise Unusable(f"{file}:1: not YAML ({type(error).__name__})") from None


class _Plain:
    """Makes plain JSON of YAML; what its aliases would blow up is refused."""

    def __init__(self) -> None:
        self._seen = 0

    def plain(self, value: object) -> object:
        self._seen += 1
        if self._seen > _MOST_VALUES:
            raise Unusable(f"more than {_MOST_VALUES} values")
        if isinstance(value, Mapping):
            return {str(key): self.plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.plain(one) for one in value]
        if isinstance(value, float):
            return Decimal(repr(value))
        return value.isoformat() if isinstance(value, date) else value
