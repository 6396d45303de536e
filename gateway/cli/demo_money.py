"""The demo's last acts: a paid call that is lost, and its inquiry once more."""

from __future__ import annotations

from collections.abc import Iterator

from datachannel.v1 import report_pb2

from mock_bureaus import Step

from ..rpc.translate import amount
from ..store.ledger.contract import CallRow
from ..store.ledger.reading.calls import unknown
from . import printing
from .ask import Request
from .demo_acts import Act, Told, anew
from .demo_folder import Demo

LOST = "multi_lending"
"""The connector, and the mock bureau, of which an answer is lost."""
_FIELDS = ("fraud.multi_lending",)
_OTHER_MOBILE = "19900000002"
"""Of which no answer is kept from the acts before."""
_LATE = "2500ms"
"""
When the bureau breaks off: it has worked, and will bill, and nobody has its answer.

Later than its connector's `timeout.attempt`, which ends the wait for it: at its caller's
own deadline the report could come too late on a machine that is busy.
"""


def last_acts(asked: Request, demo: Demo) -> tuple[Act, ...]:
    """Write a question whose answer is lost, and the same inquiry once more."""
    lost = anew(asked)
    lost.subject.mobile = _OTHER_MOBILE
    lost.fields.paths.extend(_FIELDS)

    def lose() -> None:
        demo.bureaus.script(LOST, Step("billed_reset", latency=_LATE))

    return (
        Act(
            "A paid call that times out: asked once, billed once, its outcome unknown",
            lost,
            lambda told: _lost(told, demo),
            lose,
        ),
        Act(
            "The same inquiry again, under its id: nobody is asked, and it costs 0.00",
            lost,
            lambda told: _again(told, demo),
        ),
    )


def _lost(told: Told, demo: Demo) -> Iterator[str]:
    result = _result(told)
    if result is None:
        yield f"there is no report that tells of {LOST}"
        return
    if result.outcome != report_pb2.OUTCOME_TIMEOUT:
        yield f"{LOST} did not time out"
    if result.billed != report_pb2.BILLED_UNKNOWN:
        yield "somebody claims to know whether it is billed"
    yield from _billed_once(demo)


def _again(told: Told, demo: Demo) -> Iterator[str]:
    if told.report is None:
        yield "there is no report"
        return
    if not told.report.replayed:
        yield "the inquiry was made a second time"
    if amount(told.report.cost) != 0:
        yield f"it cost {printing.money(told.report.cost)}"
    yield from _billed_once(demo)


def _result(told: Told) -> report_pb2.ConnectorResult | None:
    results = told.report.connectors if told.report else ()
    return next((one for one in results if one.connector == LOST), None)


def _billed_once(demo: Demo) -> Iterator[str]:
    billed = sum(_OTHER_MOBILE in call.body for call in demo.bureaus.billed(LOST))
    if billed != 1:
        yield f"{LOST} bills it {billed} times"


async def unknown_after(demo: Demo) -> tuple[CallRow, ...]:
    """Give what the ledger has as unknown of these acts, once every call has come to its end."""
    await demo.gateway.assembled.owned.settled()
    ledger = demo.gateway.stores.ledger
    calls = await unknown(ledger.reading, ledger.clock.utc())
    return tuple(call for call in calls if call.instance == ledger.instance.chain.instance)
