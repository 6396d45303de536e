"""Rows that signed heads know of and the tables do not have: the end of a chain, or all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.errors import LedgerDown

from ...writing.steps import Steps
from ..tables import CHAINED
from .heads import Head

_REACH = " UNION ALL ".join(
    f"SELECT max(chain_seq) AS reach FROM {table} WHERE instance = ?1"  # noqa: S608 - ours
    for table in CHAINED
)
_REACH = f"SELECT coalesce(max(reach), 0) FROM ({_REACH}) AS reaches"  # noqa: S608 - ours


class RowsMissing(LedgerDown):
    """The ledger is shorter than its heads say: what it forgot would be bought again."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A chain that ends before its last head."""

    instance: str
    found: int
    signed: int


def shortfall(heads: Iterable[Head]) -> Steps[Shortfall | None]:
    """
    Find the first chain that is shorter than a head says.

    A head is signed behind rows that are durable: whatever a crash takes, it leaves none such.
    """
    signed: dict[str, int] = {}
    for head in heads:
        signed[head.instance] = max(head.tip.count, signed.get(head.instance, 0))
    for instance, count in signed.items():
        found = (yield _REACH, (instance,))[0][0] if count else 0
        if found < count:
            return Shortfall(instance, found, count)
    return None
