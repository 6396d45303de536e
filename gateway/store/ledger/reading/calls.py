"""Calls with what became of them: of one inquiry, of a search, and those that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.words import Billed, Effect, Outcome, Purpose

from ..contract import CallRow, Source
from ..entries import moment
from .port import Reading

LATEST = timedelta(days=2)
"""How far back an intent without an outcome is looked for: recovery leaves none behind."""

_CALLS = """
    SELECT i.call_id, i.attempt, i.inquiry_id, i.tenant, i.caller,
        coalesce((SELECT q.product FROM inquiries AS q WHERE q.tenant = i.tenant
            AND q.inquiry_id = i.inquiry_id AND q.decision = 'GRANTED'
            ORDER BY q.seq DESC LIMIT 1), ''),
        i.connector, i.effect, i.subject_token, i.purpose, i.our_reference, i.instance, i.at,
        o.outcome, o.billed, coalesce(o.cost, i.price), coalesce(o.currency, i.currency),
        coalesce(o.bureau_reference, ''), o.source, o.at
    FROM intents AS i LEFT JOIN outcomes AS o ON o.call_id = i.call_id
        AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = i.call_id)
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search is for; what is empty does not matter."""

    tenant: str = ""
    caller: str = ""
    subject_token: str = ""
    connector: str = ""
    inquiry_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    most: int = 1000
    """Rows, the newest of them."""
    call_id: str = ""


_ABOUT = (
    "i.inquiry_id IN (SELECT q.inquiry_id FROM inquiries AS q "
    "WHERE q.tenant = ?1 AND q.subject_token = ?{})"
)


async def of_inquiry(reading: Reading, tenant: str, inquiry_id: str) -> Sequence[CallRow]:
    where = "WHERE i.tenant = ?1 AND i.inquiry_id = ?2 ORDER BY i.seq"
    return _calls(await reading.fetch(_CALLS + where, tenant, inquiry_id))


async def open_of(reading: Reading, instance: str) -> Sequence[CallRow]:
    """Give the calls of an instance that have no outcome at all."""
    where = "WHERE i.instance = ?1 AND o.seq IS NULL ORDER BY i.seq"
    return _calls(await reading.fetch(_CALLS + where, instance))


async def unknown(reading: Reading, now: datetime) -> Sequence[CallRow]:
    """Give the calls that may have been billed, and of which nobody knows; the oldest first."""
    known_unknown = (
        "WHERE i.call_id IN (SELECT call_id FROM outcomes WHERE billed = 'UNKNOWN') "
        "AND o.billed = 'UNKNOWN' AND i.effect <> 'free'"
    )
    silent = "WHERE i.at >= ?1 AND o.seq IS NULL AND i.effect <> 'free'"
    rows = [
        *await reading.fetch(_CALLS + known_unknown),
        *await reading.fetch(_CALLS + silent, moment(now - LATEST)),
    ]
    return sorted(_calls(rows), key=lambda call: call.intended_at)


async def search(reading: Reading, sought: Sought) -> Sequence[CallRow]:
    named = ("tenant", "caller", "subject_token", "connector", "inquiry_id", "call_id")
    wanted = [
        (f"i.{name} = ?{{}}", getattr(sought, name)) for name in named if getattr(sought, name)
    ]
    if sought.tenant and sought.subject_token:
        # By the inquiries, of which there are fewer: calls have no index by subject.
        wanted.append((_ABOUT, sought.subject_token))
    if sought.since is not None:
        wanted.append(("i.at >= ?{}", moment(sought.since)))
    if sought.until is not None:
        wanted.append(("i.at < ?{}", moment(sought.until)))
    parts = [condition.format(place) for place, (condition, _) in enumerate(wanted, start=1)]
    where = f"WHERE {' AND '.join(parts)} " if parts else ""
    newest = f"{where}ORDER BY i.seq DESC LIMIT {sought.most:d}"
    return _calls(await reading.fetch(_CALLS + newest, *(value for _, value in wanted)))[::-1]


def _calls(rows: Sequence[Sequence[Any]]) -> list[CallRow]:
    return [_call(row) for row in rows]


def _call(row: Sequence[Any]) -> CallRow:
    outcome, billed, cost, currency, reference, source, ended_at = row[13:]
    return CallRow(
        call_id=row[0],
        attempt=row[1],
        inquiry_id=row[2],
        tenant=row[3],
        caller=row[4],
        product=row[5],
        connector=row[6],
        effect=Effect(row[7]),
        subject_token=row[8],
        purpose=Purpose(row[9]),
        our_reference=row[10],
        instance=row[11],
        intended_at=datetime.fromisoformat(row[12]),
        outcome=None if outcome is None else Outcome(outcome),
        billed=None if billed is None else Billed(billed),
        cost=Decimal(cost),
        currency=currency,
        bureau_reference=reference,
        source=None if source is None else Source(source),
        ended_at=None if ended_at is None else datetime.fromisoformat(ended_at),
    )
