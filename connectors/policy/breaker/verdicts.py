"""What the end of an attempt says of its bureau (spec 5, the table of outcomes)."""

from __future__ import annotations

from asyncio import Future
from typing import Final

from ...contract import Reply
from ...errors import (
    ConnectorError,
    LedgerDown,
    Lost,
    NotSent,
    Unreadable,
    WrongSubject,
)
from .circuit import Verdict

VERDICTS: Final[tuple[tuple[type[ConnectorError], Verdict], ...]] = (
    (NotSent, Verdict.UNREACHABLE),
    (Lost, Verdict.FAILURE),
    (Unreadable, Verdict.BAD_PAYLOAD),
    (WrongSubject, Verdict.BAD_PAYLOAD),
)
"""By kind of failure. Whatever else a bureau says is an answer, and what we chose is no sign."""


def verdict(error: BaseException) -> Verdict:
    if isinstance(error.__cause__, LedgerDown):
        # It was answered, and we could not write that down.
        return Verdict.IGNORED
    for kind, meaning in VERDICTS:
        if isinstance(error, kind):
            return meaning
    return Verdict.IGNORED


def settled(attempt: Future[Reply]) -> Verdict:
    """Judge an attempt that went on when nobody waited for it any more."""
    if attempt.cancelled():
        return Verdict.IGNORED
    error = attempt.exception()
    return Verdict.SUCCESS if error is None else verdict(error)
