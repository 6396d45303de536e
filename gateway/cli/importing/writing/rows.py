"""The types of a mapping's rows, by what is known of the bureau's values."""

from __future__ import annotations

from .. import names
from ..shape import Leaf
from .dates import date_format, looks_dated
from .yaml_text import MARK


def fits(row: dict[str, object], leaf: Leaf) -> bool:
    """Tell whether a value of the bureau's type can be a row of ours."""
    numbers = {"int", "decimal"}
    if row["type"] in numbers and leaf.type == "boolean":
        return False
    return not (row["type"] == "bool" and leaf.type not in {"boolean", "string"})


def enum(known: tuple[str, ...], leaf: Leaf) -> tuple[dict[str, object], str]:
    codes = leaf.words or (() if leaf.example is None else (leaf.example,))
    by_name = {names.plain(label): label for label in known}
    table = {str(code): by_name.get(names.plain(str(code)), MARK) for code in codes}
    note = f"one of {', '.join(known)}" if MARK in table.values() or not table else ""
    return {"type": "enum", "map": table or {MARK: MARK}}, note


def free(leaf: Leaf) -> tuple[dict[str, object], str]:
    """Type what no field of UserInfo is made for."""
    if leaf.words and leaf.type == "string":
        return {"type": "string", "map": {str(word): str(word) for word in leaf.words}}, ""
    if looks_dated(leaf):
        way = date_format(leaf)
        return ({"type": "date"} if way == "%Y-%m-%d" else {"type": "date", "format": way}), ""
    kinds = {"integer": "int", "number": "decimal", "boolean": "bool"}
    return {"type": kinds.get(leaf.type, "string")}, ""
