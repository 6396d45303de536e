"""Reads the rows of a ledger's file back as they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from connectors.words import Billed, Effect, Outcome, ServedFrom
from gateway.store.ledger.sqlite.connecting import connect_reader
from gateway.store.ledger.tables import CHAINED

_CALLS = """
    SELECT call_id, attempt, inquiry_id, tenant, connector, effect, subject_token, purpose,
           consent_id, intents.config_version, our_reference, intents.at AS intended_at,
           outcome, billed, cost, outcomes.currency, bureau_reference, latency_us / 1000.0,
           outcomes.at AS ended_at
    FROM intents LEFT JOIN outcomes USING (call_id)
    ORDER BY intents.seq, outcomes.seq
"""

_OPEN = """
    SELECT call_id, attempt, inquiry_id, tenant, connector, effect, subject_token, purpose,
           consent_id, config_version, our_reference, at
    FROM intents
    WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.call_id = intents.call_id)
    ORDER BY seq
"""


_Row = tuple[Any, ...]
"""As the database gives it; each class below is made from its columns, in their order."""


@dataclass(frozen=True, slots=True)
class LedgerInquiry:
    """One inquiry, granted or refused."""

    inquiry_id: str
    tenant: str
    caller: str
    product: str
    purpose: str | None
    consent_id: str | None
    consent_expires_at: str | None
    subject_token: str
    decision: str
    reason: str
    connectors: tuple[str, ...]
    config_version: str
    at: str


@dataclass(frozen=True, slots=True)
class LedgerIntent:
    """One attempt at one connector, as it was about to be made."""

    call_id: str
    attempt: int
    inquiry_id: str
    tenant: str
    connector: str
    effect: Effect
    subject_token: str
    purpose: str
    consent_id: str | None
    config_version: str
    our_reference: str
    at: str


@dataclass(frozen=True, slots=True)
class LedgerOutcome:
    """What became of an attempt."""

    outcome: Outcome
    billed: Billed
    cost: Decimal
    currency: str
    bureau_reference: str
    latency_ms: float
    at: str


@dataclass(frozen=True, slots=True)
class LedgerCall:
    """An intent, and each outcome of it that was written; None where there is none yet."""

    intent: LedgerIntent
    outcome: LedgerOutcome | None


@dataclass(frozen=True, slots=True)
class LedgerServed:
    """A reply that was given again."""

    inquiry_id: str
    tenant: str
    connector: str
    served_from: ServedFrom
    call_id: str
    at: str


@dataclass(frozen=True, slots=True)
class LedgerReader:
    """Rows in the order in which they were written. Blocks: not for the event loop."""

    path: Path

    def inquiries(self) -> tuple[LedgerInquiry, ...]:
        rows = self._rows(_all("inquiries"))
        return tuple(LedgerInquiry(*_with(row, 10, _names)) for row in rows)

    def calls(self) -> tuple[LedgerCall, ...]:
        return tuple(
            LedgerCall(_intent(row[:12]), None if row[12] is None else _outcome(row[12:]))
            for row in self._rows(_CALLS)
        )

    def open_intents(self) -> tuple[LedgerIntent, ...]:
        """List the attempts of which nobody knows what became."""
        return tuple(_intent(row) for row in self._rows(_OPEN))

    def served(self) -> tuple[LedgerServed, ...]:
        return tuple(LedgerServed(*_with(row, 3, ServedFrom)) for row in self._rows(_all("served")))

    def _rows(self, query: str) -> Iterator[_Row]:
        with closing(connect_reader(self.path)) as connection:
            yield from connection.execute(query)


def _all(table: str) -> str:
    return f"SELECT {', '.join(CHAINED[table])} FROM {table} ORDER BY seq"  # noqa: S608 - ours


def _intent(row: _Row) -> LedgerIntent:
    return LedgerIntent(*_with(row, 5, Effect))


def _outcome(row: _Row) -> LedgerOutcome:
    return LedgerOutcome(Outcome(row[0]), Billed(row[1]), Decimal(row[2]), *row[3:])


def _with(row: _Row, place: int, read: Callable[[Any], object]) -> _Row:
    return (*row[:place], read(row[place]), *row[place + 1 :])


def _names(text: str) -> tuple[str, ...]:
    return tuple(orjson.loads(text))
