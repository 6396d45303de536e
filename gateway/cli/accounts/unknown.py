"""`ledger unknown`: calls that may have been charged for, and of which nobody knows."""

from __future__ import annotations

from ...store.ledger.reading.calls import unknown as list_unknown
from .. import process
from .opening import HERE, AsJson, Config, OpenLedger, run
from .showing import age, call_dict, money, say_json, show


def unknown(config: Config = HERE, *, as_json: AsJson = False) -> None:
    """
    List the calls whose outcome is open, the oldest first.

    They end by themselves where their connector has `dedupe: {kind: status_query}`; else by the
    bureau's bill (`ledger import`), or by hand (`ledger resolve`).

    Example: bureau-gateway ledger unknown --config config

    Exit codes: 0 listed, be there any or none; 1 the ledger can not be read.
    """

    async def work(found: OpenLedger) -> int:
        now = found.clock.utc()
        calls = await list_unknown(found.ledger.reading, now)
        if as_json:
            say_json([call_dict(call) for call in calls])
            return process.FINE
        heads = ("call", "connector", "inquiry", "our reference", "outcome", "age", "at most")
        rows = [
            (
                call.call_id,
                call.connector,
                call.inquiry_id,
                call.our_reference,
                call.outcome or "none yet",
                age(now - call.intended_at),
                money(call.cost, call.currency),
            )
            for call in calls
        ]
        if rows:
            show(heads, rows, right=("age", "at most"))
        process.say(f"{len(rows)} calls whose outcome nobody knows")
        return process.FINE

    run(config, work, writes=False)
