"""The ledger's rows, as the laws read them: from its file, and not through its own code."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class Entry:
    """One attempt as the ledger has it."""

    call_id: str
    inquiry: str
    tenant: str
    connector: str
    effect: str
    reference: str
    outcomes: list[tuple[str, str, Decimal, str]] = field(default_factory=list)
    """Outcome, whether it was billed, cost, who says so; in the order of their rows."""

    @property
    def billed(self) -> str:
        """YES, NO or UNKNOWN: an attempt without an outcome is unknown."""
        return self.outcomes[-1][1] if self.outcomes else "UNKNOWN"

    @property
    def cost(self) -> Decimal:
        return self.outcomes[-1][2] if self.outcomes else Decimal(0)


def entries(connection: sqlite3.Connection) -> dict[str, Entry]:
    """Give all attempts by call id, in the order of their intents."""
    read = {
        row[0]: Entry(*row)
        for row in connection.execute(
            "SELECT call_id, inquiry_id, tenant, connector, effect, our_reference"
            " FROM intents ORDER BY seq"
        )
    }
    for call_id, outcome, billed, cost, source in connection.execute(
        "SELECT call_id, outcome, billed, cost, source FROM outcomes ORDER BY seq"
    ):
        if call_id not in read:
            raise AssertionError(f"{call_id} ended, and was never intended")
        read[call_id].outcomes.append((outcome, billed, Decimal(cost), source))
    return read


def granted(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Give the inquiries that were granted, by tenant and id."""
    rows = connection.execute("SELECT tenant, inquiry_id FROM inquiries WHERE decision = 'GRANTED'")
    return set(rows)


def has_intent(connection: sqlite3.Connection, call_id: str) -> bool:
    row = connection.execute("SELECT 1 FROM intents WHERE call_id = ?", (call_id,)).fetchone()
    return row is not None
