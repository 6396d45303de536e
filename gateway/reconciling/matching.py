"""A bill held against the ledger: what becomes known, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, unique
from itertools import zip_longest

from connectors.kit import Ending
from connectors.words import Billed, Effect, Outcome

from ..store.ledger.contract import CallRow
from .bill import Bill, Charge


@unique
class Disagreement(StrEnum):
    """In what way a bill and the ledger tell of different things."""

    NOT_OURS = "NOT_OURS"
    """The bill charges for a call that the ledger does not have."""
    CHARGED_TWICE = "CHARGED_TWICE"
    """The bill charges for one call more than once."""
    CHARGED_FOR_NOTHING = "CHARGED_FOR_NOTHING"
    """The bill charges for a call that, by the ledger, costs nothing."""
    NOT_CHARGED = "NOT_CHARGED"
    """The ledger has a call as charged that the bill does not have."""
    OTHER_AMOUNT = "OTHER_AMOUNT"
    """The bill and the ledger charge different amounts; of what was unknown, its price."""
    CREDITED = "CREDITED"
    """The bill gives money back for a call: nothing that it says of it is settled."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a call cost, now that it is known."""

    call: CallRow
    ending: Ending


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement, for a person to look at: the bill is not believed against the ledger."""

    what: Disagreement
    line: int
    """Of the bill; 0 where it has none."""
    call_id: str = ""
    billed: Decimal | None = None
    """By the bill."""
    booked: Decimal | None = None
    """By the ledger."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What comes of a bill."""

    resolutions: tuple[Resolution, ...]
    findings: tuple[Finding, ...]


def match(
    bill: Bill, calls: Iterable[CallRow], names: str, price: Mapping[str, Decimal]
) -> Matched:
    """
    Hold a bill against all calls of the period that it is for.

    `names` says which reference the bill names calls by, `price` what a charge of
    each connector is where the bill does not say. A call whose outcome is unknown
    is charged for if the bill has it, and is not if the bill has not: that much
    only a bill of the whole period can say. What the ledger knows already is never
    changed, only compared. Of a call for which money is given back nothing is
    settled: what it comes to, a person finds out.
    """
    attempts = tuple(call for call in calls if call.effect is not Effect.FREE)
    known: dict[str, list[CallRow]] = {}
    for call in attempts:
        if reference := _reference(call, names):
            # Attempts under one key share our reference: the one that was charged is theirs.
            known.setdefault(reference, []).append(call)
    resolutions: list[Resolution] = []
    findings: list[Finding] = []
    for reference, charges in bill.by_reference.items():
        if reference not in known:
            findings += (
                Finding(Disagreement.NOT_OURS, each.line, billed=each.amount) for each in charges
            )
    for reference, same in known.items():
        charges = bill.by_reference.get(reference, ())
        if any(each.is_credit for each in charges):
            findings += _credited(same, charges, price)
            continue
        # Those that are known to be charged for come first, one for one.
        booked = [call for call in same if call.billed is Billed.YES]
        unknown = [call for call in same if call.is_unknown]
        resolutions += _resolved(unknown, charges[len(booked) :], price)
        findings += _compared(same, booked, unknown, charges, price)
    return Matched(tuple(resolutions), tuple(findings))


def _reference(call: CallRow, names: str) -> str:
    return call.our_reference if names == "our_reference" else call.bureau_reference


def _resolved(
    unknown: Sequence[CallRow], charges: Sequence[Charge], price: Mapping[str, Decimal]
) -> Iterator[Resolution]:
    """Settle what is unknown, a charge for each as far as there are any left."""
    for call, charge in zip_longest(unknown, charges[: len(unknown)]):
        if charge is None:
            yield Resolution(call, _ending(call, Billed.NO, Decimal(0)))
        else:
            yield Resolution(call, _ending(call, Billed.YES, _amount(charge, call, price)))


def _ending(call: CallRow, billed: Billed, cost: Decimal) -> Ending:
    """Settle the bill, and nothing else: how a call ended is known, or never will be."""
    return Ending(call.outcome or Outcome.LOST, billed, cost, call.bureau_reference, 0.0)


def _compared(
    same: Sequence[CallRow],
    booked: Sequence[CallRow],
    unknown: Sequence[CallRow],
    charges: Sequence[Charge],
    price: Mapping[str, Decimal],
) -> Iterator[Finding]:
    for call in booked[len(charges) :]:
        yield Finding(Disagreement.NOT_CHARGED, 0, call.call_id, None, call.cost)
    chargeable = [*booked, *unknown]
    for charge, call in zip(charges, chargeable, strict=False):
        amount = _amount(charge, call, price)
        if amount != call.cost:
            yield Finding(Disagreement.OTHER_AMOUNT, charge.line, call.call_id, amount, call.cost)
    for number, charge in enumerate(charges[len(chargeable) :]):
        twice = number > 0 or chargeable
        what = Disagreement.CHARGED_TWICE if twice else Disagreement.CHARGED_FOR_NOTHING
        yield Finding(what, charge.line, same[-1].call_id, _amount(charge, same[-1], price))


def _credited(
    same: Sequence[CallRow], charges: Sequence[Charge], price: Mapping[str, Decimal]
) -> Iterator[Finding]:
    call = same[-1]
    for charge in charges:
        amount = _amount(charge, call, price)
        yield Finding(Disagreement.CREDITED, charge.line, call.call_id, amount)


def _amount(charge: Charge, call: CallRow, price: Mapping[str, Decimal]) -> Decimal:
    if charge.amount is not None:
        return charge.amount
    return price.get(call.connector, call.cost)
