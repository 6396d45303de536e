"""What a run does: makes an inquiry, or finds out what was made of it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.errors import LedgerDown
from connectors.kit import Clock

from ..errors import GatewayError, InquiryIdReused, InquiryInProgress, LedgerUnavailable
from ..model import Answer, Listen, Recalled, Verified
from ..store.ledger.contract import Claimed, ClaimState, Ledger
from .claims import Claiming, Claims
from .given import Asked, Given, Repeated
from .kept.recall import Recall
from .line import Line
from .patience import patience
from .replaying import Replay, Stamps
from .runs import Run

PAUSE = 0.1
"""Seconds between two looks at what somebody else is working on."""


@dataclass(frozen=True, slots=True)
class Making:
    """
    Makes an inquiry whose id is free.

    One whose id is taken is replayed from what was kept at its end; where that was
    no report, what is on its way is waited for first. One that was cut short, by a
    crash, a cancel or a fault of ours, is made to its end: what was bought is taken
    from the ledger, what may have been bought is not asked again, and the rest is asked.
    """

    line: Line
    claims: Claims
    ledger: Ledger
    recall: Recall
    replay: Replay
    stamps: Stamps
    clock: Clock

    async def __call__(self, asked: Asked, run: Run, listen: Listen, *, goes_on: bool) -> Given:
        """`goes_on` says that who asks has been let in already, and joined a run that is over."""
        try:
            pipeline = self.line.first(Claiming(self.claims, run, asked), run, goes_on=goes_on)
            return self._made(run, await pipeline(asked.inquiry, listen))
        except Repeated as repeated:
            before = repeated
        while True:
            try:
                return await self._again(asked, run, before, listen)
            except Repeated as repeated:
                before = repeated  # Another process has taken it over meanwhile.

    async def _again(self, asked: Asked, run: Run, before: Repeated, listen: Listen) -> Given:
        until = self.clock.now() + patience(before.granted, self.clock)
        claimed = await self._left_alone(asked, before, until)
        while self.clock.now() + PAUSE <= until and await self.recall.is_coming(claimed):
            await self.clock.sleep(PAUSE)
        known = await self.recall(claimed)
        if known.is_whole:
            return await self.replay(asked.inquiry, known, listen)
        claiming = Claiming(self.claims, run, asked, claimed)

        async def bought() -> Mapping[str, Answer]:
            return {**known.answers, **await self.recall.bought(claimed.claim)}

        pipeline = self.line.rest(claiming, run, bought)
        recalled = Recalled(frozenset(known.answers), alone=False)
        verified = await pipeline(replace(asked.inquiry, recalled=recalled), listen)
        return self._made(run, verified)

    async def _left_alone(self, asked: Asked, before: Repeated, until: float) -> Claimed:
        """Wait until no other process works on it; refuse what is another inquiry."""
        claimed = before.claimed
        try:
            if claimed.claim.fingerprint != asked.fingerprint:
                raise InquiryIdReused
            while claimed.state is ClaimState.RUNNING and claimed.elsewhere:
                if self.clock.now() + PAUSE > until:
                    raise InquiryInProgress
                await self.clock.sleep(PAUSE)
                claimed = await self._looked_up(claimed)
        except GatewayError as error:
            await self.line.turn_down(asked.inquiry, before.granted, error)
            raise
        return claimed

    async def _looked_up(self, claimed: Claimed) -> Claimed:
        try:
            found = await self.ledger.claimed(claimed.claim.tenant, claimed.claim.inquiry_id)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        return found or replace(claimed, elsewhere=False)

    def _made(self, run: Run, verified: Verified) -> Given:
        answers = run.answers or verified.report.answers.by_connector
        report_id, created_at = self.stamps(verified)
        return Given(verified, report_id, created_at, answers)
