"""Says in the ledger how an inquiry ended, once its caller need not wait for that any more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from connectors.errors import LedgerDown
from connectors.kit import Clock

from ..errors import ConnectorsUnavailable, LedgerUnavailable, LimitReached
from ..store.ledger.contract import Claim, ClaimState, Ledger
from .given import Given
from .kept.answers import Kept
from .kept.keeping import Keeping
from .runs import End, Run, Runs

NOTHING_SENT = (ConnectorsUnavailable, LedgerUnavailable, LimitReached)

LEFT = "deadline"
"""What a connector's failure notes when only the wait for it is over (`policy.reuse.flight`)."""


@dataclass(frozen=True, slots=True)
class Closing:
    """
    Closes the claims of runs that are over, each in a task of its own.

    Nobody waits for it. A process that dies before it is done leaves a claim that
    is RUNNING and that nobody works on: whoever sends that id again gets what was
    bought, as the ledger has it with the outcomes of the calls, and of what may
    have been bought nothing is asked a second time. So no answer waits for the
    commit that says that it was given.
    """

    ledger: Ledger
    keeping: Keeping
    runs: Runs
    clock: Clock
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """Else nothing would hold them."""

    def __call__(self, run: Run, end: End) -> None:
        if run.claim is None:
            self.runs.leave(run)
            return
        task = asyncio.create_task(self._close(run, run.claim, end))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _close(self, run: Run, claim: Claim, end: End) -> None:
        state = _state(run, end)
        try:
            kept = None if state is ClaimState.RELEASED else self._kept(run, claim, end)
            await self.ledger.close_claim(claim, state, kept)
        except LedgerDown:
            pass  # It is owed; until then it is as if the process had died here.
        finally:
            self.runs.leave(run)

    def _kept(self, run: Run, claim: Claim, end: End) -> bytes | None:
        """Keep what all connectors answered; where they were cut short, the ledger knows more."""
        if run.answers is None:
            return None
        report_id, made_at = "", self.clock.utc()
        if isinstance(end, Given):
            report_id, made_at = end.report_id, end.created_at
        kept = Kept.of(run.answers, report_id, made_at)
        return self.keeping.answers(claim.tenant, claim.inquiry_id, kept)


def _state(run: Run, end: End) -> ClaimState:
    if isinstance(end, Given):
        return ClaimState.DONE
    nothing_sent = not run.has_begun or (isinstance(end, NOTHING_SENT) and _is_over(run))
    # Who claims what is released looks for no earlier purchase.
    if nothing_sent and not run.took_over:
        return ClaimState.RELEASED
    return ClaimState.UNKNOWN


def _is_over(run: Run) -> bool:
    """
    Whether nothing can be sent any more on behalf of an inquiry.

    A question that it asked first, and did not wait for to the end, may still be
    asked for others who do, and is then bought under its id.
    """
    return run.answers is not None and not any(
        answer.missed and answer.missed.error and answer.missed.error.note == LEFT
        for answer in run.answers.values()
    )
