"""What of the answers was given again, and what may have been bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from connectors.contract import Reply
from connectors.errors import LedgerDown
from connectors.words import Billed, ServedFrom

from ...errors import LedgerUnavailable, OutcomeUnknown
from ...model import Answer, Answers, Granted


class Servings(Protocol):
    """Where it is written down that a reply was not bought but given again."""

    async def served(self, granted: Granted, replies: tuple[Reply, ...]) -> None:
        """Write durably. Raises `LedgerDown`."""
        ...


async def account(
    servings: Servings, granted: Granted, answers: Mapping[str, Answer], *, down: bool
) -> None:
    """
    Write reuse down, or fail closed; `down` says that the ledger kept somebody from asking.

    UNAVAILABLE means that nothing was sent: with anything bought on the way
    it is the ambiguous error instead, so that nobody's retry buys again.
    """
    replies = [answer.reply for answer in answers.values() if answer.reply is not None]
    reused = tuple(reply for reply in replies if reply.served_from is not ServedFrom.LIVE)
    if not reused and not down:
        return
    try:
        if reused:
            await servings.served(granted, reused)
        if not down or replies:
            return
    except LedgerDown:
        pass
    bought = _bought(answers)
    end = OutcomeUnknown(bought, timed_out=False) if bought else LedgerUnavailable()
    end.outcomes = Answers(granted, answers).outcomes
    raise end


def _bought(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """List the calls that were answered, or that a bureau may charge for."""
    calls = []
    for answer in answers.values():
        if answer.reply is not None and answer.reply.served_from is ServedFrom.LIVE:
            calls.append(answer.reply.call_id)
        elif answer.reply is not None:
            # An old answer that stands in for a call which may be charged for all the same.
            if answer.reply.failed_call and answer.reply.billed is not Billed.NO:
                calls.append(answer.reply.failed_call)
        elif answer.missed and (error := answer.missed.error) and error.billed is not Billed.NO:
            calls.append(error.call_id)
    return tuple(calls)
