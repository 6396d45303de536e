"""What the first digits of a number tell: tables, and how they are read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from connectors.faults import ConfigError
from connectors.kit import Kit

Prefixes = Mapping[str, str]
"""A word by first digits."""


@cache
def shipped(table: str, column: str) -> Prefixes:
    """Read one column of a table that comes with the gateway."""
    text = files(__package__).joinpath("tables", f"{table}.csv").read_text("utf-8")
    return {row["prefix"]: row[column] for row in csv.DictReader(text.splitlines())}


def chosen(kit: Kit, name: str | None, key: str, otherwise: Prefixes) -> Prefixes:
    """Take the table that a product names, or else ours."""
    if name is None:
        return otherwise
    if name not in kit.tables:
        raise ConfigError(f"no table {name}", (key,))
    return kit.tables[name]


def longest(number: str, table: Prefixes, lengths: range) -> str | None:
    """Look up the longest first digits listed: part of a range may be let to another."""
    for length in reversed(lengths):
        if number[:length] in table:
            return table[number[:length]]
    return None
