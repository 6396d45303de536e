"""`ledger resolve`: what a person found out of a call of which nobody knew."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import typer

from connectors.kit import Ending
from connectors.words import Billed, Outcome

from ...reconciling.amount import NoAmount, Notation
from ...store.ledger.contract import CORRIGIBLE, CallRow, Resolved, Source
from ...store.ledger.reading.calls import Sought, search
from ...store.ledger.reading.calls import unknown as list_unknown
from .. import process
from .opening import HERE, Config, OpenLedger, run
from .showing import money

_NONE_UNKNOWN = (
    "no call of that id is unknown: see `ledger unknown`;"
    " --correct is for one that was settled by hand or by a bill"
)
_NONE_SETTLED = "no call of that id was settled by hand or by a bill: see `ledger search`"


class Word(StrEnum):
    """What the bureau's people said."""

    YES = "yes"
    NO = "no"


def resolve(
    call_id: Annotated[str, typer.Argument(help="As `ledger unknown` lists it.")],
    billed: Annotated[Word, typer.Option(help="Whether the bureau charges for it.")],
    cost: Annotated[str | None, typer.Option(help="Left out: the price that it counts at.")] = None,
    config: Config = HERE,
    *,
    correct: Annotated[
        bool, typer.Option("--correct", help="Of a call that was settled by hand or by a bill.")
    ] = False,
) -> None:
    """
    Write down by hand whether a call was charged for.

    It is one more row: the last counts, and none is ever changed. How the call ended stays as it
    was. A hard inquiry that it kept from being made again is free to be made.

    It is of a call that is unknown; with --correct, of one whose last word came by hand or by a
    bill. What its bureau said itself is never corrected.

    Example: bureau-gateway ledger resolve 5f1c... --billed yes

    Exit codes: 0 written, 1 it was not, 2 a wrong question.
    """
    if billed is Word.NO and cost is not None:
        raise typer.BadParameter("--cost is what a call costs that is billed: --billed yes")
    if correct and billed is Word.YES and cost is None:
        raise typer.BadParameter("--correct with --billed yes needs --cost")

    async def work(found: OpenLedger) -> int:
        amount = None if cost is None else _amount(cost, found)
        call = await (_settled(found, call_id) if correct else _unknown(found, call_id))
        if call is None:
            process.complain(_NONE_SETTLED if correct else _NONE_UNKNOWN)
            return process.FAILED
        ending = _ending(call, billed, amount)
        try:
            if correct:
                await found.ledger.correct(call, ending)
            else:
                await found.ledger.resolve(call, ending, Source.BY_HAND)
        except Resolved:
            process.complain("what became of the call is known by now: see `ledger search`")
            return process.FAILED
        told = f"charged, {money(ending.cost, call.currency)}" if billed is Word.YES else "free"
        process.say(f"{call.connector}, {call.call_id}: {told}")
        return process.FINE

    run(config, work, writes=True)


async def _unknown(found: OpenLedger, call_id: str) -> CallRow | None:
    calls = await list_unknown(found.ledger.reading, found.clock.utc())
    return next((each for each in calls if each.call_id == call_id), None)


async def _settled(found: OpenLedger, call_id: str) -> CallRow | None:
    calls = await search(found.ledger.reading, Sought(call_id=call_id)) if call_id else ()
    return next((each for each in calls if each.source in CORRIGIBLE), None)


def _ending(call: CallRow, billed: Word, amount: Decimal | None) -> Ending:
    outcome = call.outcome or Outcome.LOST
    if billed is Word.NO:
        return Ending(outcome, Billed.NO, Decimal(0), call.bureau_reference, 0.0)
    cost = call.cost if amount is None else amount
    return Ending(outcome, Billed.YES, cost, call.bureau_reference, 0.0)


def _amount(text: str, found: OpenLedger) -> Decimal:
    """Read it as amounts of a bill are read, at most as fine as anything here is priced."""
    specs = (entry.spec for entry in found.folder.catalog.connectors.values())
    currency = found.folder.settings.billing_currency
    try:
        amount = Notation.of(currency, (spec.price for spec in specs)).read(text)
    except NoAmount as error:
        raise typer.BadParameter(f"--cost {error}") from None
    if amount < 0:
        raise typer.BadParameter("--cost is negative: what is given back is no cost")
    return amount
