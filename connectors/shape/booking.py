"""The last word of a job on what its submission cost, for the ledger."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ..contract import Attempt, Reply
from ..errors import ConnectorError
from ..job import Job
from ..kit import Ending
from ..words import Billed, Effect, Outcome
from .chain import Account
from .course import Course


async def book(
    course: Course, job: Job, account: Account, end: Reply | ConnectorError, until: float
) -> None:
    """
    Write another outcome of a submission, where no other call says how its job ended.

    That is so of a callback that is the answer and of a time that is over; and
    where the end makes the price of all another one than the ledger's rows do.
    A hard inquiry's submission always has its end written: until then no other is
    made. A call's last row counts. Raises `Lost` where nothing can be written
    `until` then.
    """
    due = Decimal(0) if account.elsewhere else end.cost
    is_held = course.effect is Effect.HARD_INQUIRY
    if not job.call_id or (end.call_id and due == job.booked and not is_held):
        return
    taken = bool(end.call_id) and account.elsewhere and not is_held
    ending = Ending(
        outcome=Outcome.PENDING if taken else end.outcome,
        billed=Billed.NO if account.elsewhere else end.billed,
        cost=due,
        bureau_reference=end.bureau_reference if isinstance(end, Reply) else "",
        latency=(course.kit.clock.utc() - job.opened_at).total_seconds(),
    )
    attempt = Attempt(
        call_id=job.call_id, our_reference=job.reference, effect=course.effect, sent=True
    )
    # An answer that no call of its own brought is kept with the submission.
    kept = None
    if isinstance(end, Reply) and not end.call_id:
        kept = replace(end, call_id=job.call_id)
    query = replace(course.query(job, {}, lambda: until), attempt=attempt)
    await course.durably(lambda: course.kit.ledger.outcome(query, ending, kept), until)
