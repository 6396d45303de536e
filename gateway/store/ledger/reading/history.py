"""What was asked and spent in a time, over all callers and processes: the kit's port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ..entries import moment
from .port import Reading

# An end, too: a clock that was ahead for a moment stamps what belongs to none of the days before.
_ATTEMPTS = "SELECT count(*) FROM intents WHERE connector = ?1 AND at >= ?2 AND at < ?3"

# Grouped by cost, for the sum is to be exact, and there are few different ones.
_SPENT = """
    SELECT coalesce(o.cost, i.price), count(*)
    FROM intents AS i LEFT JOIN outcomes AS o ON o.call_id = i.call_id
        AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = i.call_id)
    WHERE i.tenant = ?1 AND i.caller = ?2 AND i.at >= ?3 AND i.at < ?4 GROUP BY 1
"""

_USAGE = """
    SELECT i.tenant, i.caller, coalesce((SELECT q.product FROM inquiries AS q
            WHERE q.tenant = i.tenant AND q.inquiry_id = i.inquiry_id
            AND q.decision = 'GRANTED' ORDER BY q.seq DESC LIMIT 1), '') AS product,
        i.connector, substr(i.at, 1, 10) AS day, coalesce(o.currency, i.currency) AS currency,
        coalesce(o.billed, CASE WHEN i.effect = 'free' THEN 'NO' ELSE 'UNKNOWN' END) AS billed,
        coalesce(o.cost, i.price) AS cost, count(*)
    FROM intents AS i LEFT JOIN outcomes AS o ON o.call_id = i.call_id
        AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = i.call_id)
    WHERE i.at >= ?1 AND i.at < ?2 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 5, 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class LedgerHistory:
    """See `connectors.kit.History`."""

    reading: Reading

    async def attempts(self, connectors: frozenset[str], since: datetime, until: datetime) -> int:
        total, between = 0, (_utc(since), _utc(until))
        for connector in sorted(connectors):
            ((count,),) = await self.reading.fetch(_ATTEMPTS, connector, *between)
            total += count
        return total

    async def spent(self, tenant: str, caller: str, since: datetime, until: datetime) -> Decimal:
        rows = await self.reading.fetch(_SPENT, tenant, caller, _utc(since), _utc(until))
        return sum((Decimal(cost) * count for cost, count in rows), start=Decimal(0))


@dataclass(slots=True)
class Usage:
    """What one caller's calls to one connector came to on one day."""

    tenant: str
    caller: str
    product: str
    connector: str
    day: str
    currency: str
    calls: int = 0
    billed: int = 0
    unknown: int = 0
    cost: Decimal = Decimal(0)
    """What is unknown counts at its price."""


async def usage(reading: Reading, since: datetime, until: datetime) -> Sequence[Usage]:
    """Sum up by caller, product, connector and day (UTC)."""
    lines: dict[tuple[str, ...], Usage] = {}
    for *place, billed, cost, count in await reading.fetch(_USAGE, _utc(since), _utc(until)):
        line = lines.setdefault(tuple(place), Usage(*place))
        line.calls += count
        line.billed += count if billed == "YES" else 0
        line.unknown += count if billed == "UNKNOWN" else 0
        line.cost += Decimal(cost) * count
    return tuple(lines.values())


def _utc(when: datetime) -> str:
    return moment(when.astimezone(UTC))
