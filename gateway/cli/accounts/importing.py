"""`ledger import`: a bureau's bill, held against the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from connectors.answer.bill import BillingFile
from connectors.words import Billed

from ...reconciling.amount import Notation
from ...reconciling.bill import Bill, UnreadableBill, read_bill
from ...reconciling.matching import Matched, Resolution, match
from ...store.ledger.contract import CallRow, Resolved, Source
from ...store.ledger.reading.calls import Sought
from ...store.ledger.reading.calls import search as find
from .. import process
from .opening import HERE, Config, OpenLedger, run
from .period import DAYS, period
from .showing import money, show

_ALL = 10_000_000
"""Calls of one bureau in the period of one bill."""


def import_(
    bureau: Annotated[str, typer.Argument(help="Whose bill it is.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The bill, as CSV.")],
    since: Annotated[datetime | None, typer.Option(formats=DAYS, help="Its first day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAYS, help="Its last day.")] = None,
    config: Config = HERE,
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write what becomes known; else only say it.")
    ] = False,
) -> None:
    """
    Hold a bureau's bill against the ledger, and settle what was unknown.

    The bureau's `billing_file` says how the bill is laid out. It must be of the whole period: an
    unknown call of those days, in the bureau's `timezone`, that the bill does not have counts as
    not charged. What the ledger knows is compared, and each disagreement is told; nothing but
    unknown calls is changed. A bill with a row that can not be read is refused whole.

    Example: bureau-gateway ledger import creditfile bill.csv --since 2026-01-01 --until 2026-01-31

    Exit codes: 0 they agree, 1 they do not, or it could not be read or written, 2 a wrong question.
    """
    if since is None or until is None:
        raise typer.BadParameter("--since and --until say the days that the bill is for")
    period(since, until)

    async def work(found: OpenLedger) -> int:
        layout, price = _layout(found, bureau), _prices(found, bureau)
        currency = found.folder.settings.billing_currency
        try:
            bill = read_bill(file, layout, Notation.of(currency, price.values(), layout.decimal))
        except UnreadableBill as error:
            for fault in error.faults:
                process.complain(f"{file}: {fault}")
            return process.FAILED
        zone = ZoneInfo(found.folder.bureau(bureau).spec.timezone)
        calls = await _calls(found, price, period(since, until, zone))
        matched = match(bill, calls, layout.names, price)
        if write:
            matched = await _written(found, matched)
        _show(matched, bill, written=write)
        return process.FAILED if matched.findings else process.FINE

    run(config, work, writes=write)


async def _written(found: OpenLedger, matched: Matched) -> Matched:
    """Write what becomes known, and give it without what others said meanwhile."""
    written = []
    for one in matched.resolutions:
        try:
            await found.ledger.resolve(one.call, one.ending, Source.BILLING_FILE)
        except Resolved:
            process.complain(f"{one.call.call_id}: known by now, import the bill again to compare")
        else:
            written.append(one)
    return replace(matched, resolutions=tuple(written))


def _layout(found: OpenLedger, bureau: str) -> BillingFile:
    layout = found.folder.bureau(bureau).spec.billing_file
    if layout is None:
        raise typer.BadParameter(f"bureau {bureau} has no `billing_file`: how is its bill read?")
    return layout


def _prices(found: OpenLedger, bureau: str) -> Mapping[str, Decimal]:
    """Give the price of each of its connectors."""
    specs = [entry.spec for entry in found.folder.catalog.connectors.values()]
    return {spec.name: spec.price for spec in specs if spec.bureau == bureau}


async def _calls(
    found: OpenLedger, connectors: Iterable[str], span: tuple[datetime, datetime]
) -> Sequence[CallRow]:
    calls: list[CallRow] = []
    for connector in connectors:
        sought = Sought(connector=connector, since=span[0], until=span[1], most=_ALL)
        calls += await find(found.ledger.reading, sought)
    return calls


def _show(matched: Matched, bill: Bill, *, written: bool) -> None:
    if matched.findings:
        heads = ("disagreement", "line", "call", "by the bill", "by the ledger")
        told = [
            (one.what, str(one.line or ""), one.call_id, money(one.billed), money(one.booked))
            for one in matched.findings
        ]
        show(heads, told, right=("line", "by the bill", "by the ledger"))
    if matched.resolutions:
        settling = ("settled" if written else "to settle", "connector", "our reference", "charged")
        show(settling, map(_settling, matched.resolutions), right=("charged",))
    settled = Counter(one.ending.billed for one in matched.resolutions)
    verb = "settled" if written else "would settle (--write does)"
    process.say(
        f"{bill.charges} charges; {verb}: {settled[Billed.YES]} calls as charged and"
        f" {settled[Billed.NO]} as not; {len(matched.findings)} disagreements"
    )


def _settling(one: Resolution) -> tuple[str, ...]:
    call, charged = one.call, one.ending.billed is Billed.YES
    cost = money(one.ending.cost, call.currency) if charged else "no"
    return call.call_id, call.connector, call.our_reference, cost
