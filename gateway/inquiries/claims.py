"""How grants are written down: with a claim on the inquiry's id, or as a replay."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta

from connectors.errors import LedgerDown
from connectors.kit import Clock

from ..model import Granted
from ..store.ledger.contract import Claim, Claimed, Taken
from ..store.ledger.records import Records
from .given import Asked, Repeated
from .kept.answers import Question
from .kept.keeping import Keeping
from .runs import Run, Runs

KEPT = timedelta(days=1)
"""For which an inquiry is joined or replayed."""

KEPT_LONG = timedelta(days=7)
"""Of one that asked for a hard inquiry, or whose answer may come later."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims ids, within one tenant and for all methods alike."""

    records: Records
    keeping: Keeping
    runs: Runs
    lasting: Container[str]
    """Connectors whose inquiries are kept for long."""
    clock: Clock

    def of(self, asked: Asked, granted: Granted) -> Claim:
        tenant, inquiry_id = granted.standing.tenant, granted.standing.inquiry_id
        lasts = any(name in self.lasting for name in granted.connectors)
        question = Question(asked.request, asked.inquiry.received_at)
        return Claim(
            tenant=tenant,
            inquiry_id=inquiry_id,
            fingerprint=asked.fingerprint,
            kept_until=self.clock.utc() + (KEPT_LONG if lasts else KEPT),
            request=self.keeping.question(tenant, inquiry_id, question),
        )


@dataclass(frozen=True, slots=True)
class Claiming:
    """
    Writes one run's grant down together with the claim on its id.

    The run takes its place first: of all that ask the same at once, here or
    elsewhere, one claims, and the others learn of it. Raises `Joined` or `Repeated`.
    """

    claims: Claims
    run: Run
    asked: Asked
    over: Claimed | None = None

    async def granted(self, granted: Granted) -> None:
        standing, run = granted.standing, self.run
        key = (standing.tenant, standing.inquiry_id, self.asked.fingerprint)
        self.claims.runs.enter(key, run, granted)
        claim = self.claims.of(self.asked, granted)
        run.is_claiming, run.took_over = True, self.over is not None
        try:
            await self.claims.records.claimed(granted, claim, self.over)
        except Taken as taken:
            await run.decided(None)
            raise Repeated(granted, taken.claimed) from None
        except LedgerDown:
            await run.decided(None)
            raise
        await run.decided(claim)


@dataclass(frozen=True, slots=True)
class Replaying:
    """Writes down that a caller was given again what is kept."""

    records: Records

    async def granted(self, granted: Granted) -> None:
        await self.records.replayed(granted)
