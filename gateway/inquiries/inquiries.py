"""Each inquiry is made once, however often and by however many it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from connectors.kit import Clock

from ..errors import (
    ConnectorsUnavailable,
    GatewayError,
    InputIncomplete,
    InquiryInProgress,
    LedgerUnavailable,
    LimitReached,
    OutcomeUnknown,
    PresetUnavailable,
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
from .runs import Joined, Run, Runs

OF_ALL: Final = (OutcomeUnknown, ConnectorsUnavailable, LedgerUnavailable)
"""Ends of an inquiry itself; any other is about the caller whose run it was."""

SAY_LESS: Final = (
    InputIncomplete,
    PresetUnavailable,
    LimitReached,
    LedgerUnavailable,
    InquiryInProgress,
)
"""
Ends that are not told to who has heard that something may have been bought.

A caller would take each for leave to ask anew. A refusal by policy or consent stays one, and
so does what the connectors have ended with: by then it is known that nothing was bought.
"""

E = TypeVar("E", bound=BaseException)


class Failed(Exception):
    """The run that was joined came upon a fault of ours."""


class NotForAll(Exception):
    """The run that was joined ended in a way that is not the end of those who joined it."""

    def __init__(self, run: Run) -> None:
        super().__init__("the inquiry has not ended for all")
        self.run = run


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
        goes_on = False
        while True:
            try:
                return await self._once(asked, listen, goes_on=goes_on)
            except NotForAll as ended:
                goes_on = True
                if isinstance(ended.run.end, OutcomeUnknown):
                    unknown = ended.run.end
            except SAY_LESS as error:
                if unknown is None:
                    raise
                raise _copied(unknown) from error

    async def settled(self) -> None:
        """Wait until the ledger says of each inquiry that is over how it ended."""
        await self.runs.settled()

    async def _once(self, asked: Asked, listen: Listen, *, goes_on: bool) -> Given:
        """Make it, or wait for who does. Raises `NotForAll`."""
        run = self.runs.begin()
        run.start(self.making(asked, run, listen, goes_on=goes_on), self.closing)
        await run.wait()
        try:
            return run.result()
        except Joined as joined:
            return await self._joined(asked, joined, listen)

    async def _joined(self, asked: Asked, joined: Joined, listen: Listen) -> Given:
        run = joined.run
        if not await run.wait(patience(joined.granted, self.clock)):
            raise await self._turned_down(asked, joined, InquiryInProgress())
        failure = None if isinstance(run.end, Given) else run.end
        if isinstance(failure, OF_ALL) and not more_would_do(run, joined.granted):
            raise await self._turned_down(asked, joined, _copied(failure))
        if run.was_left or isinstance(failure, GatewayError):
            deadline = joined.granted.filled.valid.admitted.deadline
            if await run.handed_on(deadline, patience(joined.granted, self.clock)):
                raise NotForAll(run)
            end = _copied(failure) if isinstance(failure, OF_ALL) else InquiryInProgress()
            raise await self._turned_down(asked, joined, end)
        if failure is not None:
            raise Failed("the inquiry that was joined") from failure
        made = run.result()
        kept = Kept.of(made.answers, made.report_id, made.created_at)
        return await self.making.replay(asked.inquiry, Known(made.answers, kept), listen)

    async def _turned_down(self, asked: Asked, joined: Joined, error: GatewayError) -> GatewayError:
        await self.making.line.turn_down(asked.inquiry, joined.granted, error)
        return error


def _copied(error: E) -> E:
    """Make each who waits an error of its own."""
    copied = type(error).__new__(type(error), *error.args)
    copied.__dict__.update(error.__dict__)
    return copied
