"""What somebody else says of a call counts only as long as nobody knows, decided in the commit."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from connectors.words import Billed

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..contract import Resolved
from ..tables import CHAINED
from .dialect import Dialect
from .guards import StillUnknown
from .rounds import Refused, of

_CALL, _BILLED = map(CHAINED["outcomes"].index, ("call_id", "billed"))


class Resolving:
    """The guards of what is resolved, one statement for a whole batch."""

    def __init__(self, dialect: Dialect) -> None:
        self._known = (
            "SELECT o.call_id FROM outcomes AS o "  # noqa: S608 - ours
            f"WHERE o.call_id IN ({dialect.listed(1)}) AND o.billed <> 'UNKNOWN' "
            "AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = o.call_id)"
        )

    def known(self, entries: Sequence[Entry]) -> Steps[Refused]:
        """Refuse what is known, by the ledger or by an entry that is before it in its batch."""
        asked = {guard.call_id for _, guard in of(entries, StillUnknown)}
        if not asked:
            return {}
        found = yield self._known, (orjson.dumps(sorted(asked)).decode(),)
        known = {call_id for (call_id,) in found}
        refused: Refused = {}
        for entry in entries:
            if isinstance(entry.guard, StillUnknown) and entry.guard.call_id in known:
                refused[entry] = Resolved()
            else:
                known |= _told(entry)
        return refused


def _told(entry: Entry) -> set[str]:
    return {
        str(values[_CALL])
        for table, values in entry.rows
        if table == "outcomes" and values[_BILLED] != Billed.UNKNOWN.value
    }
