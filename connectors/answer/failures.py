"""Outcomes that an answer tells and that are no answer, as errors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ..contract import WireReply
from ..errors import (
    BrokeDown,
    ConnectorError,
    Duplicate,
    InvalidInput,
    QuotaExceeded,
    RateLimited,
    Refused,
    Unreadable,
    WrongSubject,
)
from ..words import Billed, Outcome
from .outcome import OutcomeRow

FAILURES: Final[Mapping[Outcome, type[ConnectorError]]] = {
    Outcome.SUBJECT_MISMATCH: WrongSubject,
    Outcome.BAD_RESPONSE: Unreadable,
    Outcome.INVALID_INPUT: InvalidInput,
    Outcome.REFUSED: Refused,
    Outcome.RATE_LIMITED: RateLimited,
    Outcome.QUOTA_EXCEEDED: QuotaExceeded,
    Outcome.DUPLICATE: Duplicate,
    Outcome.BUREAU_ERROR: BrokeDown,
}

_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT")

_UNIX: Final = 1_000_000_000
"""Nobody asks for a wait of thirty years: from here on a number is a point in time."""


def failure(
    connector: str, row: OutcomeRow, reply: WireReply, billed: Billed, now: Callable[[], datetime]
) -> ConnectorError:
    """Make the error that an outcome row asks for."""
    error = FAILURES[row.outcome](connector)
    error.billed = billed
    if isinstance(error, RateLimited):
        error.wait = asked_pause(row, reply, now)
    if isinstance(error, BrokeDown):
        error.told = isinstance(row.body, Mapping)
    if isinstance(error, Refused):
        error.renewable = row.refresh_auth is not None
    return error


def asked_pause(row: OutcomeRow, reply: WireReply, now: Callable[[], datetime]) -> float | None:
    """Read how long the bureau wants to be left alone; None where it does not say."""
    if row.wait is None:
        return None
    return pause(reply.headers.get(row.wait.header.lower()), row.wait.max, now())


def pause(text: str | None, most: float, now: datetime) -> float | None:
    """
    Read a wait: seconds, the date of HTTP, or a Unix time.

    What is longer than `most` is not waited for: to ask earlier would only be
    turned away again.
    """
    wait = _seconds(text or "", now)
    if wait is None:
        return None
    return max(wait, 0.0) if wait <= most else math.inf


def _seconds(text: str, now: datetime) -> float | None:
    if text.isascii() and text.isdigit():
        number = float(text)
        return number if number < _UNIX else number - now.timestamp()
    if not _HTTP_DATE.fullmatch(text):
        return None
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except ValueError:
        return None
