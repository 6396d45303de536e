"""`ledger import`: a bureau's bill, held against the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from connectors.answer.bill import BillingFile
from connectors.words import Billed

from ...reconciling.bill import Bill, UnreadableBill, read_bill
from ...reconciling.matching import Matched, match
from ...store.ledger.contract import CallRow, Resolved, Source
from ...store.ledger.reading.calls import Sought
from ...store.ledger.reading.calls import search as find
from .. import process
from .opening import HERE, Config, OpenLedger, run
from .period import Since, Until, period
from .showing import money, show

_ALL = 10_000_000
"""Calls of one bureau in the period of one bill."""


def import_(
    bureau: Annotated[str, typer.Argument(help="Whose bill it is.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The bill, as CSV.")],
    since: Since = None,
    until: Until = None,
    config: Config = HERE,
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write what becomes known; else only say it.")
    ] = False,
) -> None:
    """
    Hold a bureau's bill against the ledger, and settle what was unknown.

    The bureau's `billing_file` says how the bill is laid out. It must be of the whole period: an
    unknown call of those days that the bill does not have counts as not charged. What the ledger
    knows is compared, and each disagreement is told; nothing but unknown calls is changed.

    Example: bureau-gateway ledger import creditfile bill.csv --since 2026-01-01 --until 2026-01-31

    Exit codes: 0 they agree, 1 they do not, or it could not be read or written, 2 a wrong question.
    """
    if since is None or until is None:
        raise typer.BadParameter("--since and --until say the days that the bill is for")
    span = period(since, until)

    async def work(found: OpenLedger) -> int:
        layout = _layout(found, bureau)
        try:
            bill = read_bill(file, layout)
        except UnreadableBill as error:
            for fault in error.faults:
                process.complain(f"{file}: {fault}")
            return process.FAILED
        matched = await _matched(found, bureau, bill, layout, span)
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


async def _matched(
    found: OpenLedger,
    bureau: str,
    bill: Bill,
    layout: BillingFile,
    span: tuple[datetime, datetime],
) -> Matched:
    specs = [entry.spec for entry in found.folder.catalog.connectors.values()]
    price = {spec.name: spec.price for spec in specs if spec.bureau == bureau}
    calls: list[CallRow] = []
    for connector in price:
        sought = Sought(connector=connector, since=span[0], until=span[1], most=_ALL)
        calls += await find(found.ledger.reading, sought)
    return match(bill, calls, layout.names, price)


def _show(matched: Matched, bill: Bill, *, written: bool) -> None:
    if matched.findings:
        heads = ("disagreement", "line", "call", "by the bill", "by the ledger")
        rows = [
            (
                one.what,
                str(one.line or ""),
                one.call_id,
                money(one.billed),
                money(one.booked),
            )
            for one in matched.findings
        ]
        show(heads, rows, right=("line", "by the bill", "by the ledger"))
    settled = Counter(one.ending.billed for one in matched.resolutions)
    verb = "settled" if written else "would settle (--write does)"
    process.say(
        f"{bill.charges} charges; {verb}: {settled[Billed.YES]} calls as charged and"
        f" {settled[Billed.NO]} as not; {len(matched.findings)} disagreements"
    )
