"""No hard inquiry follows one that may have arrived, decided in the commit of its intent."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from connectors.errors import Unresolved

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..tables import HOLDS
from .dialect import Dialect, insert
from .guards import Hold, Release, StillUnknown, Unsent
from .rounds import Refused, of, rounds

_PLACE = HOLDS[:4]


class Holds:
    """The guards of calls, a few statements for a whole batch."""

    def __init__(self, dialect: Dialect) -> None:
        self._alone = not dialect.shared
        self._held: set[str] = set()
        """Calls that may hold something, where nobody else writes: few outcomes need a look."""
        self._released: set[str] = set()
        """Calls that the batch gives back what they hold for."""
        self._take = (
            f"{insert(dialect, 'holds', HOLDS)} ON CONFLICT ({', '.join(_PLACE)}) DO UPDATE "
            "SET call_id = excluded.call_id, acknowledged = excluded.acknowledged "
            f"WHERE {dialect.holds_text}(excluded.acknowledged, '|' || holds.call_id || '|') > 0 "
            "RETURNING call_id"
        )
        self._look = (
            f"SELECT {', '.join(HOLDS[:5])} FROM holds "  # noqa: S608 - ours
            f"WHERE ({', '.join(_PLACE)}) IN ({dialect.unpacked(_PLACE)})"
        )
        self._release = f"DELETE FROM holds WHERE call_id IN ({dialect.listed(1)})"  # noqa: S608 - ours

    def opened(self) -> Steps[None]:
        if self._alone:
            self._held = {call_id for (call_id,) in (yield "SELECT call_id FROM holds", ())}

    def begun(self) -> None:
        """Forget what a batch that failed would have given back."""
        self._released = set()

    def committed(self) -> None:
        self._held -= self._released

    def release(self, entries: Sequence[Entry]) -> Steps[None]:
        resolved = [guard.release for _, guard in of(entries, StillUnknown)]
        unsent = [guard.release for _, guard in of(entries, Unsent)]
        released = [*(guard for _, guard in of(entries, Release)), *resolved, *unsent]
        self._released = {guard.call_id for guard in released if guard is not None}
        yield from self._give_back(self._released)

    def take(self, entries: Sequence[Entry]) -> Steps[Refused]:
        refused: Refused = {}
        for first in rounds(of(entries, Hold), lambda guard: guard.place):
            rows = [_row(guard) for _, guard in first.values()]
            if self._alone:
                self._held.update(guard.call_id for _, guard in first.values())
            won = {call_id for (call_id,) in (yield self._take, (orjson.dumps(rows).decode(),))}
            lost = [guard.place for _, guard in first.values() if guard.call_id not in won]
            if lost:
                for row in (yield self._look, (orjson.dumps(lost).decode(),)):
                    entry, guard = first[tuple(row[:4])]
                    refused[entry] = _unresolved(guard, row[4])
            # Whoever was cancelled before its commit may have ended already, in the same batch.
            yield from self._give_back(self._released & won)
        return refused

    def _give_back(self, calls: set[str]) -> Steps[None]:
        if self._alone:
            calls = calls & self._held
        if calls:
            yield self._release, (orjson.dumps(sorted(calls)).decode(),)


def _row(guard: Hold) -> tuple[object, ...]:
    return *guard.place, guard.call_id, f"|{'|'.join(sorted(guard.acknowledged))}|"


def _unresolved(guard: Hold, holder: str) -> Unresolved:
    """Name the call that stands in the way, which is what can be acknowledged."""
    error = Unresolved(guard.connector, "an earlier hard inquiry may have arrived")
    error.call_id = holder
    return error
