"""
How asking a connector can fail, sorted by the one question that costs money.

    ConnectorError
    ├── NotSent             the bureau provably never saw it: free to repeat
    ├── Lost                it left, and no usable answer came back: perhaps billed
    │   ├── TimedOut        ... in time
    │   └── BrokeDown       the bureau failed over the question
    ├── BadAnswer           it answered, and asking again changes nothing
    │   ├── Unreadable      no outcome can be told from the answer
    │   ├── WrongSubject    the answer is about somebody else
    │   ├── InvalidInput    it found our message faulty
    │   ├── Refused         our credentials, or our right to ask
    │   ├── RateLimited     it turned us away for now
    │   ├── QuotaExceeded   it turned us away for this period
    │   └── Duplicate       it has seen our reference before: the earlier call arrived
    └── Suspended           we chose not to ask
        ├── BreakerOpen     it has been failing, and is left alone for a while
        ├── BulkheadFull    too many are being asked already
        ├── QuotaSpent      what its contract allows in this period is used up
        ├── NeedInput       a value is missing, and nothing is sent half-empty
        ├── NoBudget        too little time is left for an answer
        ├── NotCached       the caller allows no purchase, and nothing is cached
        ├── SpendCapped     the caller's money for today is spent
        └── Unresolved      an earlier hard inquiry may have arrived: none follows it

"No record of this person" is not here: it is an answer. None of these is a
`TimeoutError`: that name belongs to `asyncio.timeout` alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from .words import Billed, Outcome


class ConnectorError(Exception):
    """Asking failed. Never carries what was asked or answered."""

    outcome: ClassVar[Outcome]
    billed: Billed = Billed.UNKNOWN
    """What the bureau will charge, as far as this failure tells."""
    call_id: str = ""
    """The attempt that failed, where there was one."""
    attempts: int = 0
    cost: Decimal = Decimal(0)
    """What this attempt costs all the same, in the billing currency."""

    def __init__(self, connector: str, note: str = "") -> None:
        """`note` is a constant of ours, or a rule's name: never a value of the subject."""
        super().__init__(connector, note)
        self.connector = connector
        self.note = note

    def __str__(self) -> str:
        return f"{self.connector}: {self.note}" if self.note else self.connector


class NotSent(ConnectorError):
    """The bureau never saw the question, so asking again is free."""

    outcome = Outcome.UNREACHABLE
    billed = Billed.NO


class Lost(ConnectorError):
    """
    The question left, and no usable answer came back.

    It may have been billed, and may have left a footprint on its subject, so
    only a call that is declared safe to repeat is repeated.
    """

    outcome = Outcome.LOST


class TimedOut(Lost):
    """No complete answer in time."""

    outcome = Outcome.TIMEOUT


class BrokeDown(Lost):
    """The bureau failed over the question."""

    outcome = Outcome.BUREAU_ERROR
    told: bool = False
    """Whether its answer's body says so: that is the bureau's word, and not a proxy's."""


class BadAnswer(ConnectorError):
    """It answered; asking again changes nothing."""

    outcome = Outcome.BAD_RESPONSE


class Unreadable(BadAnswer):
    """No outcome can be told from the answer."""


class WrongSubject(BadAnswer):
    """The answer is about somebody else. Nothing of it is released."""

    outcome = Outcome.SUBJECT_MISMATCH
    billed = Billed.YES


class InvalidInput(BadAnswer):
    """It found our message faulty."""

    outcome = Outcome.INVALID_INPUT
    billed = Billed.NO


class Refused(BadAnswer):
    """It does not accept our credentials, or our right to ask."""

    outcome = Outcome.REFUSED
    billed = Billed.NO
    renewable: bool = False
    """Whether the connector's outcome row says ``refresh_auth: once``."""
    renew: Callable[[], Awaitable[None]] | None = None
    """Gets new credentials, where that may help."""


class RateLimited(BadAnswer):
    """It turned us away before it looked at the question."""

    outcome = Outcome.RATE_LIMITED
    billed = Billed.NO
    wait: float | None = None
    """Seconds after which it will look, where it said so."""


class QuotaExceeded(BadAnswer):
    """It turned us away for the rest of a contract period."""

    outcome = Outcome.QUOTA_EXCEEDED
    billed = Billed.NO


class Duplicate(BadAnswer):
    """It has seen our reference before, so the earlier call did arrive."""

    outcome = Outcome.DUPLICATE
    billed = Billed.NO
    captured: Mapping[str, object] = MappingProxyType({})
    """What of its answer later messages refer to: the job that the earlier call opened."""


class Suspended(ConnectorError):
    """We chose not to ask."""

    billed = Billed.NO


class BreakerOpen(Suspended):
    """It has been failing, and is left alone for a while."""

    outcome = Outcome.BREAKER_OPEN


class BulkheadFull(Suspended):
    """Too many are being asked already."""

    outcome = Outcome.BULKHEAD_FULL


class QuotaSpent(Suspended):
    """By our own count, what its contract allows in this period is used up."""

    outcome = Outcome.QUOTA_EXCEEDED


class NeedInput(Suspended):
    """A value that the request needs is absent, or can not be written as it must be."""

    outcome = Outcome.NEED_INPUT


class NoBudget(Suspended):
    """Too little time is left for an answer."""

    outcome = Outcome.SKIPPED_BUDGET


class NotCached(Suspended):
    """The caller allows no purchase, and nothing is cached."""

    outcome = Outcome.SKIPPED_COST


class SpendCapped(Suspended):
    """What the caller may spend today does not reach for this call."""

    outcome = Outcome.SKIPPED_COST
    wait: float = 0.0
    """Seconds after which there is money again."""


class Unresolved(Suspended):
    """An earlier hard inquiry may have arrived: none follows until that is known."""

    outcome = Outcome.SKIPPED_POLICY


class LedgerDown(Exception):
    """Nothing can be written down, so nothing may be asked: a fault of ours, not a bureau's."""
