"""A question that a bureau answers later, and the port that keeps it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from .contract import Reply, Standing, Values
from .words import Billed, Outcome


@dataclass(frozen=True, slots=True)
class Job:
    """One question on its way: everything that is needed to go on after a restart."""

    key: str
    """Names the question alone, however it is asked and read; no person is in it."""
    connector: str
    version: str
    """Of the connector that opened it; the one of today goes on with it."""
    reference: str
    """Ours: of the submission, and of all that follows."""
    opened_at: datetime
    gives_up_at: datetime
    standing: Standing
    """Of whoever asked first."""
    values: Mapping[str, Values] = field(repr=False)
    """By root, all that later messages refer to."""
    submitted: bool = False
    """Whether the bureau is known to have it. One that is not is never sent again."""
    id: str = ""
    """The bureau's, or the one that we agreed on."""
    captured: Mapping[str, Values] = field(default_factory=dict, repr=False)
    """What earlier messages gave, below ``steps`` and ``job``."""
    billed: Billed = Billed.NO
    """What the bureau charges for all messages so far."""
    cost: Decimal = Decimal(0)
    call_id: str = ""
    """Of the submission: what becomes of the job without another call becomes of this one."""
    booked: Decimal = Decimal(0)
    """What the ledger says that this call costs."""
    elsewhere: bool = False
    """Whether the price is booked on another call, so that this one costs nothing."""
    instance: str = ""
    """The start of a process that looks after it; empty where one process keeps them alone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: with a reply, or how it failed."""

    outcome: Outcome
    reply: Reply | None = None
    billed: Billed = Billed.NO
    cost: Decimal = Decimal(0)
    call_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """What a bureau said of a job of its own accord, verified."""

    connector: str
    correlation: str
    """The job's id, or our reference, as the bureau wrote it."""
    outcome: Outcome
    captured: Values = field(repr=False)
    """What later messages refer to as ``callback.*``."""
    digest: str
    """Of its bytes: the same message twice is one."""
    body: bytes = field(default=b"", repr=False)
    """As it came, where the answer itself is in it."""
    billed: Billed | None = None
    """What the row that held says of the bill."""


class Jobs(Protocol):
    """
    Keeps jobs and callbacks over a restart; what it returns from is durable.

    Raises `LedgerDown` where it can not keep (fail closed: nothing is submitted).
    """

    async def open(self, job: Job) -> Job:
        """
        Keep a job before it is submitted, and give it as it is kept.

        Where its key has an open one, that is given instead: its reference is another.
        """
        ...

    async def update(self, job: Job) -> None:
        """
        Keep what is known of a job now.

        One that has ended, or that another instance than the job's looks after, stays
        as it is, and so does the next of its key.
        """
        ...

    async def end(self, job: Job, ended: Ended) -> None:
        """
        Close a job, and keep its end for those who come back for it.

        Nothing is written of one that has ended, or that another instance looks after.
        """
        ...

    async def kept(self, job: Job) -> Job | None:
        """Give a job as it is kept, also past its time; None where it has ended."""
        ...

    async def find(self, key: str) -> Job | None:
        """Give the open job of that key."""
        ...

    async def ended(self, key: str) -> Ended | None:
        """Give the end of the last job of that key, as long as it is kept."""
        ...

    async def all_open(self) -> Sequence[Job]: ...

    async def called_back(self, callback: Callback) -> bool:
        """Keep a callback, also of a job that nobody knows yet. False where it is known already."""
        ...

    async def callback(self, connector: str, correlation: str) -> Callback | None:
        """Give the last callback kept of that job."""
        ...
