"""`ledger resolve`: what a person found out of a call of which nobody knew."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

import typer

from connectors.kit import Ending
from connectors.words import Billed, Outcome

from ...store.ledger.contract import CallRow, Resolved, Source
from ...store.ledger.reading.calls import unknown as list_unknown
from .. import process
from .opening import HERE, Config, OpenLedger, run
from .showing import money


class Word(StrEnum):
    """What the bureau's people said."""

    YES = "yes"
    NO = "no"


def resolve(
    call_id: Annotated[str, typer.Argument(help="As `ledger unknown` lists it.")],
    billed: Annotated[Word, typer.Option(help="Whether the bureau charges for it.")],
    cost: Annotated[str | None, typer.Option(help="Left out: the price that it counts at.")] = None,
    config: Config = HERE,
) -> None:
    """
    Write down by hand whether a call was charged for.

    It is one more row: the last counts, and none is ever changed. How the call ended stays as it
    was. A hard inquiry that it kept from being made again is free to be made.

    Example: bureau-gateway ledger resolve 5f1c... --billed yes

    Exit codes: 0 written, 1 it was not, 2 a wrong question.
    """
    amount = _amount(cost)

    async def work(found: OpenLedger) -> int:
        calls = await list_unknown(found.ledger.reading, found.clock.utc())
        call = next((each for each in calls if each.call_id == call_id), None)
        if call is None:
            process.complain("no call of that id is unknown: see `ledger unknown`")
            return process.FAILED
        ending = _ending(call, billed, amount)
        try:
            await found.ledger.resolve(call, ending, Source.BY_HAND)
        except Resolved:
            process.complain("what became of the call is known by now: see `ledger search`")
            return process.FAILED
        told = f"charged, {money(ending.cost, call.currency)}" if billed is Word.YES else "free"
        process.say(f"{call.connector}, {call.call_id}: {told}")
        return process.FINE

    run(config, work, writes=True)


def _ending(call: CallRow, billed: Word, amount: Decimal | None) -> Ending:
    outcome = call.outcome or Outcome.LOST
    if billed is Word.NO:
        return Ending(outcome, Billed.NO, Decimal(0), call.bureau_reference, 0.0)
    cost = call.cost if amount is None else amount
    return Ending(outcome, Billed.YES, cost, call.bureau_reference, 0.0)


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise typer.BadParameter("--cost is an amount, 0 or more")
    return amount
