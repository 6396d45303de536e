"""Whoever was taken for dead begins nothing, and buys nothing for what may be another's by now."""

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
from .guards import Claiming
from .rounds import Refused

_EFFECT, _TENANT, _INQUIRY = map(CHAINED["intents"].index, ("effect", "tenant", "inquiry_id"))


class Fence:
    """
    Looks, with what an inquiry begins, whether we count as alive and the inquiry is still ours.

    Needed where processes share a database, and one that only slept may wake up while the
    others recover from it, or after that. What it began then would be nobody's to recover
    if it died before it has said that it lives. An inquiry without a claim is nobody's.
    """

    def __init__(self, dialect: Dialect, instance: str) -> None:
        self._instance = instance
        # Shared first: nobody takes over from us between this look and our commit.
        self._stand = "SELECT 1 FROM instances WHERE instance = ?1 AND state = 'RUNNING' FOR SHARE"
        self._look = (
            "SELECT tenant, inquiry_id, state, instance FROM claims "  # noqa: S608 - ours
            f"WHERE (tenant, inquiry_id) IN ({dialect.unpacked(('tenant', 'inquiry_id'))}) "
            "AND state <> 'DONE' FOR SHARE"
        )

    def keep_out(self, entries: Sequence[Entry]) -> Steps[Refused]:
        intents = [
            (entry, values)
            for entry in entries
            for table, values in entry.rows
            if table == "intents"
        ]
        claiming = [entry for entry in entries if isinstance(entry.guard, Claiming)]
        begun = [*claiming, *(entry for entry, _ in intents)]
        if begun and not (yield self._stand, (self._instance,)):
            return {entry: LedgerDown("others take this process for dead") for entry in begun}
        buying = [
            (entry, (str(values[_TENANT]), str(values[_INQUIRY])))
            for entry, values in intents
            if values[_EFFECT] != Effect.FREE.value
        ]
        if not buying:
            return {}
        places = sorted({place for _, place in buying})
        found = yield self._look, (orjson.dumps(places).decode(),)
        # A claim of ours that is unknown is one that we closed ourselves: its caller left, and
        # others wait for the question that it asked. RELEASED is anybody's.
        lost = {
            (tenant, inquiry_id)
            for tenant, inquiry_id, state, instance in found
            if instance != self._instance or state == ClaimState.RELEASED
        }
        return {
            entry: LedgerDown("the inquiry was taken over by another process")
            for entry, place in buying
            if place in lost
        }
