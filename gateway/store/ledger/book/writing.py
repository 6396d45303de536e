"""The script of the ledger: a batch of entries as guards, links and rows beside the chain."""

from __future__ import annotations

from collections.abc import Sequence

from ...writing.entry import Ended, Entry
from ...writing.steps import Steps
from ..chain.growing import Chain, Numbered
from ..tables import CHAINED, MUTABLE, REPLIES, written
from .claims import Claims
from .dialect import Dialect
from .fence import Fence
from .guards import Saying
from .holds import Holds
from .resolving import Resolving, ended
from .rounds import Refused, of

_COLUMNS = {**MUTABLE, **{table: written(table) for table in CHAINED}}

# The last answer of a call is the one that counts.
_AGAIN = ", ".join(f"{name} = excluded.{name}" for name in REPLIES[1:])
_LAST = {
    "replies": f"ON CONFLICT (call_id) DO UPDATE SET {_AGAIN}",
    "instances": "ON CONFLICT (instance) DO NOTHING",
}


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
        self._resolving = Resolving(dialect)
        self._fence = Fence(dialect, chain.instance) if dialect.shared else None
        self._next = chain.tip
        self._last = self._drawn = 0

    def opened(self) -> Steps[None]:
        # A commit of ours that we gave up may be made yet: only then it is known where we are.
        yield from self._dialect.alone([self.chain.instance])
        yield from self.chain.reopened()
        yield from self._holds.opened()
        self._last = yield from self._dialect.last()

    def write(self, entries: Sequence[Entry]) -> Steps[list[Ended]]:
        refused = yield from self._decide(entries)
        kept = [entry for entry in entries if entry not in refused]
        rows = [row for entry in kept for row in entry.rows]
        links = [row for row in rows if row[0] in CHAINED]
        numbers = (yield from self._dialect.numbers(self._last, len(links))) if links else []
        numbered: list[Numbered] = [
            (table, number, values) for (table, values), number in zip(links, numbers, strict=True)
        ]
        self._drawn = numbers[-1] if numbers else self._last
        self._next, by_table = self.chain.linked(numbered)
        for table, values in rows:
            if table not in CHAINED:
                by_table.setdefault(table, []).append(values)
        for table, of_table in by_table.items():
            yield self._dialect.added(table, _COLUMNS[table], of_table, _LAST.get(table, ""))
        for _, guard in of(kept, Saying):
            yield guard.sql, guard.arguments
        return [(entry.written, refused.get(entry)) for entry in entries]

    @property
    def reached(self) -> bool:
        """Whether the database shows the batch that was written last."""
        return self.chain.tip == self._next

    def committed(self) -> None:
        self.chain.tip = self._next
        self._last = self._drawn
        self._holds.committed()

    def _decide(self, entries: Sequence[Entry]) -> Steps[Refused]:
        self._holds.begun()
        # Of two processes that say how one call ended, the second looks at what the first said.
        yield from self._dialect.alone([self.chain.instance, *sorted(ended(entries))])
        refused = {} if self._fence is None else (yield from self._fence.keep_out(entries))
        guarded = [entry for entry in entries if entry.guard is not None and entry not in refused]
        if not guarded:
            return refused
        refused |= yield from self._resolving.said([one for one in entries if one not in refused])
        # What is given back first: whoever takes may be waiting for just that.
        yield from self._claims.close(guarded)
        yield from self._holds.release([entry for entry in guarded if entry not in refused])
        refused |= yield from self._claims.claim(guarded)
        refused |= yield from self._holds.take(guarded)
        return refused
