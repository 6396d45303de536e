"""`ledger usage`: calls and money by day, caller, product and connector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from ...store.ledger.reading.history import Usage
from ...store.ledger.reading.history import usage as sum_up
from .. import process
from .opening import HERE, AsJson, Config, OpenLedger, run
from .period import Since, Until, period
from .showing import money, say_json, show

_NUMBERS = ("calls", "billed", "unknown", "cost")


def usage(
    config: Config = HERE, since: Since = None, until: Until = None, *, as_json: AsJson = False
) -> None:
    """
    Sum up what was asked and what it cost.

    What may have been charged for counts at its price, and is told as unknown beside it.

    Example: bureau-gateway ledger usage --since 2026-01-01 --until 2026-01-31

    Exit codes: 0 summed up, 1 the ledger can not be read, 2 a wrong question.
    """
    span = period(since, until)

    async def work(found: OpenLedger) -> int:
        lines = await sum_up(found.ledger.reading, *span)
        if as_json:
            say_json([_dict(line) for line in lines])
        else:
            _show(lines)
        return process.FINE

    run(config, work, writes=False)


def _dict(line: Usage) -> Mapping[str, Any]:
    return {**asdict(line), "cost": f"{line.cost:f}"}


def _show(lines: Sequence[Usage]) -> None:
    heads = ("day", "tenant", "caller", "product", "connector", *_NUMBERS)
    rows = [
        (
            *(line.day, line.tenant, line.caller, line.product, line.connector),
            *(str(line.calls), str(line.billed), str(line.unknown)),
            money(line.cost, line.currency),
        )
        for line in lines
    ]
    if rows:
        show(heads, rows, right=_NUMBERS)
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.cost
    total = ", ".join(money(cost, currency) for currency, cost in sums.items()) or "nothing"
    process.say(f"{sum(line.calls for line in lines)} calls, {total} in all")
