"""`ledger verify`: whether every row is as it was written, and none is missing."""

from __future__ import annotations

from ...store.ledger.verify import Report
from ...store.ledger.verify import verify as walk
from .. import process
from .opening import HERE, AsJson, Config, OpenLedger, run
from .showing import say_json


def verify(config: Config = HERE, *, as_json: AsJson = False) -> None:
    """
    Walk the chain of every process that ever wrote, and hold it against its signed heads.

    Finds rows that were changed, removed, added or moved, and ends that were cut off. It reads
    beside a running gateway, whose last rows are behind its last head.

    Example: bureau-gateway ledger verify --config config

    Exit codes: 0 all is as it was written, 1 something is not, or the ledger can not be read.
    """

    async def work(found: OpenLedger) -> int:
        ledger = found.ledger
        report = await walk(ledger.reading, ledger.instance.heads, found.keys.ledger)
        if as_json:
            say_json(_dict(report))
        else:
            _show(report)
        return process.FAILED if report.breaks else process.FINE

    run(config, work, writes=False)


def _show(report: Report) -> None:
    for each in report.breaks:
        process.complain(f"instance {each.instance}, row {each.chain_seq}: {each.what}")
    state = f"{len(report.breaks)} breaks" if report.breaks else "unbroken"
    process.say(f"{state}: {report.rows} rows of {report.instances} instances")


def _dict(report: Report) -> dict[str, object]:
    return {
        "rows": report.rows,
        "instances": report.instances,
        "breaks": [
            {"instance": each.instance, "row": each.chain_seq, "what": each.what}
            for each in report.breaks
        ],
    }
