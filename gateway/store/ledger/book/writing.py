"""The script of the ledger: a batch of entries as guards, links and rows beside the chain."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from ...writing.entry import Ended, Entry
from ...writing.steps import Steps
from ..chain.growing import Chain, Numbered
from ..tables import CHAINED, HEADS, INSTANCES, REPLIES, written
from .claims import Claims
from .dialect import Dialect, insert
from .guards import Saying
from .holds import Holds
from .rounds import Refused, of


class Book:
    """
    Writes for one instance.

    All rows of a table are one statement, and so are all guards of a kind: what
    an entry costs by itself is its link.
    """

    def __init__(self, dialect: Dialect, chain: Chain) -> None:
        self._dialect = dialect
        self.chain = chain
        self._claims = Claims(dialect, chain.instance)
        self._holds = Holds(dialect)
        self._next = chain.tip
        self._insert = {table: insert(dialect, table, written(table)) for table in CHAINED}
        again = ", ".join(f"{name} = excluded.{name}" for name in REPLIES[1:])
        self._insert |= {
            "replies": f"{insert(dialect, 'replies', REPLIES)} "
            f"ON CONFLICT (call_id) DO UPDATE SET {again}",
            "instances": insert(dialect, "instances", INSTANCES),
            "heads": insert(dialect, "heads", HEADS),
        }

    def opened(self) -> Steps[None]:
        yield from self.chain.reopened()

    def write(self, entries: Sequence[Entry]) -> Steps[list[Ended]]:
        refused = yield from self._decide(entries)
        kept = [entry for entry in entries if entry not in refused]
        rows = [row for entry in kept for row in entry.rows]
        links = [row for row in rows if row[0] in CHAINED]
        numbers = (yield from self._dialect.numbers(len(links))) if links else []
        numbered: list[Numbered] = [
            (table, number, values) for (table, values), number in zip(links, numbers, strict=True)
        ]
        self._next, by_table = self.chain.linked(numbered)
        for table, values in rows:
            if table not in CHAINED:
                by_table.setdefault(table, []).append(values)
        for table, of_table in by_table.items():
            yield self._insert[table], (orjson.dumps(of_table).decode(),)
        for _, guard in of(kept, Saying):
            yield guard.sql, guard.arguments
        return [(entry.written, refused.get(entry)) for entry in entries]

    @property
    def reached(self) -> bool:
        """Whether the database shows the batch that was written last."""
        return self.chain.tip == self._next

    def committed(self) -> None:
        self.chain.tip = self._next

    def _decide(self, entries: Sequence[Entry]) -> Steps[Refused]:
        guarded = [entry for entry in entries if entry.guard is not None]
        if not guarded:
            return {}
        # What is given back first: whoever takes may be waiting for just that.
        yield from self._claims.close(guarded)
        yield from self._holds.release(guarded)
        refused = yield from self._claims.claim(guarded)
        refused |= yield from self._holds.take(guarded)
        refused |= yield from self._holds.unanswered(guarded)
        return refused
