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


def link(key: bytes, before: str, table: str, row: Sequence[object]) -> str:
    """
    Hash a row behind the hash before: all its columns, in their order, up to its place.

    The table, for no row of one must pass for a row of another.
    """
    return hmac.digest(key, before.encode() + orjson.dumps((table, row)), "sha256").hex()
