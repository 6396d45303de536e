"""Whoever was taken for dead buys nothing more for an inquiry that may be another's by now."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from connectors.errors import LedgerDown
from connectors.words import Effect

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..tables import CHAINED
from .dialect import Dialect
from .rounds import Refused

_EFFECT, _TENANT, _INQUIRY = map(CHAINED["intents"].index, ("effect", "tenant", "inquiry_id"))


class Fence:
    """
    Looks, with an intent that costs money, whether its inquiry's claim is still ours.

    Needed where processes share a database, and one that only slept may wake up
    after the others have recovered from it. An inquiry without a claim is nobody's.
    """

    def __init__(self, dialect: Dialect, instance: str) -> None:
        self._instance = instance
        self._look = (
            "SELECT tenant, inquiry_id FROM claims "  # noqa: S608 - ours
            f"WHERE (tenant, inquiry_id) IN ({dialect.unpacked(('tenant', 'inquiry_id'))}) "
            "AND state <> 'DONE' AND NOT (state = 'RUNNING' AND instance = ?2) FOR SHARE"
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
        places = sorted({place for _, place in buying})
        found = yield self._look, (orjson.dumps(places).decode(), self._instance)
        lost = {tuple(row) for row in found}
        return {
            entry: LedgerDown("the inquiry was taken over by another process")
            for entry, place in buying
            if place in lost
        }
