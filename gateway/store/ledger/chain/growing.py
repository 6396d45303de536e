"""The chain of the instance that writes: how far it is committed, and what a batch adds."""

from __future__ import annotations

from collections.abc import Iterable

from ...writing.steps import Steps
from ..reading.port import Reading
from ..tables import CHAINED
from .links import Tip, genesis, link
from .shortfall import RowsMissing

_LAST = " UNION ALL ".join(
    f"SELECT chain_seq, hash FROM {table} WHERE instance = ?1"  # noqa: S608 - ours
    for table in CHAINED
)
_LAST = f"SELECT chain_seq, hash FROM ({_LAST}) AS links ORDER BY chain_seq DESC LIMIT 1"  # noqa: S608 - ours

Numbered = tuple[str, int, tuple[object, ...]]
"""A row's table, its number, and its own values."""


class Chain:
    """Rows become links in the order of their commits."""

    def __init__(self, key: bytes, instance: str) -> None:
        self._key = key
        self.instance = instance
        self.tip = genesis(key, instance)
        """Of what is known to be committed."""

    def begun(self, instance: str) -> Tip:
        """Give where the chain of any instance begins."""
        return genesis(self._key, instance)

    def reopened(self) -> Steps[None]:
        """
        Go on where the database does: a commit that failed may have been made.

        Raises `RowsMissing` where rows are gone that were told to be durable.
        """
        rows = yield _LAST, (self.instance,)
        found = Tip(*rows[0]) if rows else self.begun(self.instance)
        if found.count < self.tip.count or (found.count == self.tip.count and found != self.tip):
            raise RowsMissing("rows that the ledger had acknowledged are gone")
        self.tip = found

    def linked(self, rows: Iterable[Numbered]) -> tuple[Tip, dict[str, list[tuple[object, ...]]]]:
        """Give the tip that a batch leads to, and its rows as they are written."""
        key, instance = self._key, self.instance
        count, last = self.tip.count, self.tip.hash
        by_table: dict[str, list[tuple[object, ...]]] = {}
        for table, number, values in rows:
            count += 1
            row = (number, *values, instance, count)
            last = link(key, last, table, row)
            by_table.setdefault(table, []).append((*row, last))
        return Tip(count, last), by_table


async def end_of(reading: Reading, begun: Tip, instance: str) -> Tip:
    """Read where the chain of any instance ends in the database."""
    rows = await reading.fetch(_LAST, instance)
    return Tip(*rows[0]) if rows else begun
