"""Who asked what, on which consent, and what came of it: written down before it happens."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import orjson

from connectors.contract import Query, Reply
from connectors.kit import Clock, Ending
from connectors.words import Effect

from ..writing.batch_writer import Row
from ..writing.group_commit import PATIENCE, GroupCommit
from .contract import InquiryRow, RefusalRow, ServedRow
from .schema import connect, insert

LONGEST_REFERENCE = 255
"""Characters of a bureau's reference that are kept."""

_INQUIRY, _INTENT, _OUTCOME, _SERVED = map(insert, ("inquiries", "intents", "outcomes", "served"))


class SqliteLedger:
    """
    An append-only ledger in one SQLite file.

    Each method queues its rows before it first waits, in the order of the calls,
    and returns when they are durable. Raises `LedgerDown` where that can not be
    proved within `patience` seconds; the next call tries afresh.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        currency: str,
        *,
        patience: float = PATIENCE,
        connect: Callable[[Path], sqlite3.Connection] = connect,
    ) -> None:
        self._clock = clock
        self._currency = currency
        self._commits = GroupCommit(partial(connect, path), patience=patience)

    async def start(self) -> None:
        await self._commits.start()

    async def aclose(self) -> None:
        await self._commits.aclose()

    async def inquiry(self, row: InquiryRow) -> None:
        values = (
            *(row.inquiry_id, row.tenant, row.caller, row.product, row.purpose.value),
            *(row.consent_id, _text(row.consent_expires_at), row.subject_token),
            *("GRANTED", "", orjson.dumps(row.connectors).decode()),
            *(row.config_version, self._now()),
        )
        await self._commits.put((_INQUIRY, values))

    async def refusal(self, row: RefusalRow) -> None:
        values = (
            *(row.inquiry_id, row.tenant, row.caller, row.product),
            *(row.purpose.value if row.purpose else None, row.consent_id, None),
            *(row.subject_token, "REFUSED", row.reason, "[]"),
            *(row.config_version, self._now()),
        )
        await self._commits.put((_INQUIRY, values))

    async def intent(self, query: Query, effect: Effect) -> None:
        standing, attempt = query.standing, query.attempt
        values = (
            *(attempt.call_id, attempt.number, standing.inquiry_id, standing.tenant),
            *(query.connector, effect.value, standing.subject_token, standing.purpose.value),
            standing.consent.id if standing.consent else None,
            *(standing.config_version, attempt.our_reference, self._now()),
        )
        await self._commits.put((_INTENT, values))

    async def outcome(self, query: Query, ending: Ending, _reply: Reply | None = None) -> None:
        # A bureau's word: it may be of any length, need not even be text, and SQLite would
        # end it at a zero.
        reference = ending.bureau_reference[:LONGEST_REFERENCE].encode(errors="replace").decode()
        reference = reference.replace("\0", "\ufffd")
        values = (
            *(query.attempt.call_id, ending.outcome.value, ending.billed.value),
            *(str(ending.cost), self._currency, reference),
            *(round(ending.latency * 1000, 3), self._now()),
        )
        await self._commits.put((_OUTCOME, values))

    async def served(self, rows: Sequence[ServedRow]) -> None:
        now = self._now()
        values: tuple[Row, ...] = tuple(
            (
                _SERVED,
                (
                    *(row.inquiry_id, row.tenant, row.connector),
                    *(row.served_from.value, row.call_id, now),
                ),
            )
            for row in rows
        )
        if values:
            await self._commits.put(*values)

    def _now(self) -> str:
        return self._clock.utc().isoformat(timespec="microseconds")


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
