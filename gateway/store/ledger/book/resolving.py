"""What is said late of a call counts only as far as it is not known, decided in the commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from connectors.words import Billed

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..contract import CORRIGIBLE, Resolved
from ..tables import CHAINED
from .dialect import Dialect
from .guards import Answered, StillCorrigible, StillUnknown, Unanswered, Unsent
from .rounds import Refused

Late = StillUnknown | StillCorrigible | Unanswered | Unsent
_CALL, _BILLED, _SOURCE = map(CHAINED["outcomes"].index, ("call_id", "billed", "source"))


def ended(entries: Iterable[Entry]) -> set[str]:
    """Name the calls of which a batch says how they ended."""
    return {
        str(values[_CALL])
        for entry in entries
        for table, values in entry.rows
        if table == "outcomes"
    }


@dataclass(slots=True)
class _Told:
    """What is told of calls: by the ledger, and by the entries of a batch up to one."""

    intended: set[str]
    answered: set[str]
    known: set[str]
    corrigible: set[str]

    def refusal(self, guard: Late) -> Exception | None:
        call_id = guard.call_id
        if isinstance(guard, StillUnknown):
            return Resolved() if call_id in self.known else None
        if isinstance(guard, StillCorrigible):
            return None if call_id in self.corrigible else Resolved()
        never = isinstance(guard, Unsent) and call_id not in self.intended
        return Answered() if never or call_id in self.answered else None

    def add(self, entry: Entry) -> None:
        for table, values in entry.rows:
            call_id = str(values[_CALL])
            if table == "intents":
                self.intended.add(call_id)
            elif table == "outcomes":
                self.answered.add(call_id)
                if values[_BILLED] != Billed.UNKNOWN.value:
                    self.known.add(call_id)
                if values[_SOURCE] in CORRIGIBLE:
                    self.corrigible.add(call_id)
                else:
                    self.corrigible.discard(call_id)


class Resolving:
    """The guards of what is said late, two statements for a whole batch."""

    def __init__(self, dialect: Dialect) -> None:
        self._last = (
            "SELECT o.call_id, o.billed, o.source FROM outcomes AS o "  # noqa: S608 - ours
            f"WHERE o.call_id IN ({dialect.listed(1)}) "
            "AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = o.call_id)"
        )
        self._intended = f"SELECT call_id FROM intents WHERE call_id IN ({dialect.listed(1)})"  # noqa: S608 - ours

    def said(self, entries: Sequence[Entry]) -> Steps[Refused]:
        """Refuse what is said already, by the ledger or by an entry before it in its batch."""
        late = {entry: entry.guard for entry in entries if isinstance(entry.guard, Late)}
        if not late:
            return {}
        last = yield self._last, (_json(guard.call_id for guard in late.values()),)
        unsent = [guard.call_id for guard in late.values() if isinstance(guard, Unsent)]
        intended = (yield self._intended, (_json(unsent),)) if unsent else ()
        told = _Told(
            intended={call_id for (call_id,) in intended},
            answered={call_id for call_id, _, _ in last},
            known={call_id for call_id, billed, _ in last if billed != Billed.UNKNOWN.value},
            corrigible={call_id for call_id, _, source in last if source in CORRIGIBLE},
        )
        refused: Refused = {}
        for entry in entries:
            refusal = told.refusal(late[entry]) if entry in late else None
            if refusal is None:
                told.add(entry)
            else:
                refused[entry] = refusal
        return refused


def _json(call_ids: Iterable[str]) -> str:
    return orjson.dumps(sorted(call_ids)).decode()
