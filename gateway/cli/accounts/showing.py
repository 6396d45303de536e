"""How calls, sums and findings of the ledger are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from rich import box
from rich.table import Table

from ...store.ledger.contract import CallRow
from .. import process


def show(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print a table; `right` names the columns of numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    process.console().print(table)


def say_json(value: object) -> None:
    process.say(json.dumps(value, ensure_ascii=False, indent=2))


def call_dict(call: CallRow) -> Mapping[str, Any]:
    """Write a call for programs; nothing in it is of a person but a keyed token."""
    return {
        "call_id": call.call_id,
        "inquiry_id": call.inquiry_id,
        "tenant": call.tenant,
        "caller": call.caller,
        "product": call.product,
        "connector": call.connector,
        "attempt": call.attempt,
        "purpose": call.purpose,
        "effect": call.effect,
        "subject_token": call.subject_token,
        "our_reference": call.our_reference,
        "bureau_reference": call.bureau_reference,
        "intended_at": call.intended_at.isoformat(),
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "outcome": call.outcome,
        "billed": call.billed,
        "cost": f"{call.cost:f}",
        "currency": call.currency,
        "source": call.source,
    }


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def age(span: timedelta) -> str:
    """Say an age in the largest unit that it has."""
    for name, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if span.total_seconds() >= seconds:
            return f"{span.total_seconds() / seconds:.0f} {name}"
    return f"{max(span.total_seconds(), 0):.0f} s"


def money(amount: Decimal | None, currency: str = "") -> str:
    """Say an amount as it is: with two decimals, or with as many as it has more."""
    if amount is None:
        return ""
    exponent = amount.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{amount:.{places}f} {currency}".strip()
