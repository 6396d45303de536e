"""A chain of keyed hashes: one for each instance, which is one start of one process."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Tip:
    """How long a chain is, and its last hash."""

    count: int
    hash: str


def genesis(key: bytes, instance: str) -> Tip:
    """Begin a chain: with its name, so that no row can be moved to another."""
    return Tip(0, hmac.digest(key, b"instance " + instance.encode(), "sha256").hex())


def link(key: bytes, tip: Tip, table: str, row: Sequence[object]) -> Tip:
    """
    Add a row: all its columns, in their order, up to its place in the chain.

    The table, for no row of one must pass for a row of another.
    """
    content = orjson.dumps((table, row))
    return Tip(tip.count + 1, hmac.digest(key, tip.hash.encode() + content, "sha256").hex())
