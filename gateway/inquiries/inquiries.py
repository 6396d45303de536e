"""Each inquiry is made once, however often and by however many it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from connectors.kit import Clock

from ..errors import (
    ConnectorsUnavailable,
    GatewayError,
    InquiryInProgress,
    LedgerUnavailable,
    LimitReached,
    OutcomeUnknown,
)
from ..model import Listen
from ..pipeline import unheard
from .closing import Closing
from .given import Asked, Given
from .haste import more_would_do
from .kept.answers import Kept
from .kept.recall import Known
from .making import Making
from .patience import patience
from .runs import Joined, Runs

OF_ALL: Final = (OutcomeUnknown, ConnectorsUnavailable, LedgerUnavailable)
"""Ends of an inquiry itself; any other is about the caller whose run it was."""

E = TypeVar("E", bound=BaseException)


class Failed(Exception):
    """The run that was joined came upon a fault of ours."""


class NotForAll(Exception):
    """The run that was joined ended in a way that is not the end of those who joined it."""

    def __init__(self, joined: Joined) -> None:
        super().__init__("the inquiry has not ended for all")
        self.run = joined.run
        self.deadline = joined.granted.filled.valid.admitted.deadline


@dataclass(frozen=True, slots=True)
class Inquiries:
    """
    Makes an inquiry, joins the one under way, or replays the one that is over.

    Its id is its tenant's, whichever method it comes by. Each who sends it is
    authorised by itself, and waits to its own deadline: where the time of who began
    was too short, whoever has most goes on. When all have gone, the inquiry is
    cancelled, and what was paid for settles all the same.
    """

    making: Making
    closing: Closing
    runs: Runs
    clock: Clock

    async def __call__(self, asked: Asked, listen: Listen = unheard) -> Given:
        unknown: OutcomeUnknown | None = None
        while True:
            try:
                return await self._once(asked, listen)
            except NotForAll as ended:
                if isinstance(ended.run.end, OutcomeUnknown):
                    unknown = ended.run.end
                await ended.run.handed_on(ended.deadline)
            except (LedgerUnavailable, LimitReached) as error:
                if unknown is None:
                    raise
                # Who has heard that something may have been bought is not told otherwise.
                raise _copied(unknown) from error

    async def settled(self) -> None:
        """Wait until the ledger says of each inquiry that is over how it ended."""
        await self.runs.settled()

    async def _once(self, asked: Asked, listen: Listen) -> Given:
        """Make it, or wait for who does. Raises `NotForAll`."""
        run = self.runs.begin()
        run.start(self.making(asked, run, listen), self.closing)
        await run.wait()
        try:
            return run.result()
        except Joined as joined:
            return await self._joined(asked, joined, listen)

    async def _joined(self, asked: Asked, joined: Joined, listen: Listen) -> Given:
        run = joined.run
        if not await run.wait(patience(joined.granted, self.clock)):
            error = InquiryInProgress()
            await self.making.line.turn_down(asked.inquiry, joined.granted, error)
            raise error
        failure = None if isinstance(run.end, Given) else run.end
        if isinstance(failure, OF_ALL) and not more_would_do(run, joined.granted):
            again = _copied(failure)
            await self.making.line.turn_down(asked.inquiry, joined.granted, again)
            raise again
        if run.was_left or isinstance(failure, GatewayError):
            raise NotForAll(joined)
        if failure is not None:
            raise Failed("the inquiry that was joined") from failure
        made = run.result()
        kept = Kept.of(made.answers, made.report_id, made.created_at)
        return await self.making.replay(asked.inquiry, Known(made.answers, kept), listen)


def _copied(error: E) -> E:
    """Make each who waits an error of its own."""
    copied = type(error).__new__(type(error), *error.args)
    copied.__dict__.update(error.__dict__)
    return copied
