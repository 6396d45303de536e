"""Whoever was taken for dead buys nothing more for an inquiry that may be another's by now."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from connectors.errors import LedgerDown
from connectors.words import Effect

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..contract import ClaimState
from ..tables import CHAINED
from .dialect import Dialect
from .rounds import Refused

_EFFECT, _TENANT, _INQUIRY = map(CHAINED["intents"].index, ("effect", "tenant", "inquiry_id"))

# A claim of ours that is unknown may be one that we closed ourselves: its caller left, and others
# wait for the question that it asked. RELEASED is anybody's: nothing is bought under it.
_BUYS_FOR = {
    "RUNNING": {ClaimState.RUNNING, ClaimState.UNKNOWN},
    # Recovery left none of those running that it found: this one was taken since.
    "DEAD": {ClaimState.RUNNING},
}
"""The claims of ours under which we buy, by how we stand ourselves; as yet, or no more: none."""


class Fence:
    """
    Looks, with an intent that costs money, whether its inquiry is still ours.

    Needed where processes share a database, and one that only slept may wake up
    after the others have recovered from it. An inquiry without a claim is nobody's.
    """

    def __init__(self, dialect: Dialect, instance: str) -> None:
        self._instance = instance
        # Shared first: nobody takes over from us between this look and our commit.
        self._stand = "SELECT state FROM instances WHERE instance = ?1 FOR SHARE"
        self._look = (
            "SELECT tenant, inquiry_id, state, instance FROM claims "  # noqa: S608 - ours
            f"WHERE (tenant, inquiry_id) IN ({dialect.unpacked(('tenant', 'inquiry_id'))}) "
            "AND state <> 'DONE' FOR SHARE"
        )

    def keep_out(self, entries: Sequence[Entry]) -> Steps[Refused]:
        buying = [
            (entry, (str(values[_TENANT]), str(values[_INQUIRY])))
            for entry in entries
            for table, values in entry.rows
            if table == "intents" and values[_EFFECT] != Effect.FREE.value
        ]
        if not buying:
            return {}
        stand = {state for (state,) in (yield self._stand, (self._instance,))}
        ours = {state for name in stand for state in _BUYS_FOR.get(name, ())}
        places = sorted({place for _, place in buying})
        found = yield self._look, (orjson.dumps(places).decode(),)
        lost = {
            (tenant, inquiry_id)
            for tenant, inquiry_id, state, instance in found
            if instance != self._instance or state not in ours
        }
        return {
            entry: LedgerDown("the inquiry was taken over by another process")
            for entry, place in buying
            if place in lost
        }
