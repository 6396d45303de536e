"""Counts what became of every query, by connector, and of every look at the cache."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from connectors.contract import Query
from connectors.words import Outcome, ServedFrom

from ..store.cache.events import CacheEvent
from .log import Log


@dataclass(slots=True)
class QueryCounters:
    """
    Plain counters, read where metrics are exported.

    Keys come from closed sets only: connectors by name, outcomes and sources of
    a reply by their lists.
    """

    asked_total: Counter[tuple[str, Outcome, ServedFrom]] = field(default_factory=Counter)
    seconds_total: Counter[str] = field(default_factory=Counter)
    """Waiting time by connector."""

    def asked(
        self, query: Query, outcome: Outcome, served_from: ServedFrom, seconds: float
    ) -> None:
        self.asked_total[query.connector, outcome, served_from] += 1
        self.seconds_total[query.connector] += seconds  # type: ignore[assignment]  # stubs: int


@dataclass(slots=True)
class CacheCounters:
    """
    Plain counters by a closed list of events; it is a cache's `Watch`.

    A value that does not open is told to the log, too: somebody may have moved it.
    """

    log: Log
    seen_total: Counter[CacheEvent] = field(default_factory=Counter)

    def __call__(self, event: CacheEvent) -> None:
        self.seen_total[event] += 1
        if event is CacheEvent.UNSEALABLE:
            self.log.event("cache_value_unsealable")
