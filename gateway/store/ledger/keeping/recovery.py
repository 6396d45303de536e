# ruff: noqa: S608 - statements are put together from words of our own
"""What a process that died had left open becomes unknown, and is never asked again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from connectors.kit import Clock, Ending
from connectors.words import Billed, Effect, Outcome

from ...writing.batch import LARGEST_BATCH
from ...writing.commits import Commits
from .. import entries
from ..book.guards import Answered, Saying, Unanswered
from ..chain.growing import Chain, end_of
from ..chain.heads import Heads, HeadState, Mark
from ..contract import CallRow, Source
from ..reading import calls
from ..reading.port import Reading
from .leases import Leases

_OURS = "SELECT instance FROM instances WHERE state = 'RECOVERING' AND recovered_by = ?1"

# What may have been bought is unknown; what provably was not is free to be asked again.
# A job is charged for on any of its messages: what submitted one may be bought yet.
# It is nobody's then: if its process only slept, it buys nothing more on it. Whoever is so slow
# that others went on in its place says nothing of what that process has claimed since.
_ORPHANS = """
    UPDATE claims SET state = CASE WHEN EXISTS (
        SELECT 1 FROM intents AS i LEFT JOIN outcomes AS o ON o.call_id = i.call_id
            AND o.seq = (SELECT max(l.seq) FROM outcomes AS l WHERE l.call_id = i.call_id)
        WHERE i.tenant = claims.tenant AND i.inquiry_id = claims.inquiry_id
        AND (o.billed = 'YES' OR (i.effect <> 'free'
            AND (o.outcome = 'PENDING' OR coalesce(o.billed, 'UNKNOWN') <> 'NO'))))
        THEN 'UNKNOWN' ELSE 'RELEASED' END, instance = ''
    WHERE state = 'RUNNING' AND instance = ?1 AND EXISTS (SELECT 1 FROM instances AS dead
        WHERE dead.instance = ?1 AND dead.state = 'RECOVERING' AND dead.recovered_by = ?2)
"""
_DONE = """
    UPDATE instances SET state = 'DEAD'
    WHERE instance = ?1 AND state = 'RECOVERING' AND recovered_by = ?2
"""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Done at a start, and by whoever lives on where several processes share a database."""

    commits: Commits
    reading: Reading
    heads: Heads
    leases: Leases
    clock: Clock
    chain: Chain
    """Ours."""

    def take(self) -> asyncio.Future[None]:
        """Take over from all that are dead."""
        now = self.leases.now
        take = (
            f"UPDATE instances SET state = 'RECOVERING', recovered_by = ?1, seen_at = {now} "
            f"WHERE instance IN (SELECT instance FROM instances WHERE {self.leases.dead})"
        )
        return self.commits.put(guard=Saying(take, (self.chain.instance,)))

    async def run(self) -> int:
        """
        Recover what we have taken; give how many calls were left open.

        What fails half-way is gone on with the next time, by us or by others.
        """
        count = 0
        for (instance,) in await self.reading.fetch(_OURS, self.chain.instance):
            count += await self._recover(instance)
        return count

    async def _recover(self, instance: str) -> int:
        left = await calls.open_of(self.reading, instance)
        for begin in range(0, len(left), LARGEST_BATCH):
            some = left[begin : begin + LARGEST_BATCH]
            ends = [
                self.commits.put(self._lost(call), guard=Unanswered(call.call_id)) for call in some
            ]
            for error in await asyncio.gather(*ends, return_exceptions=True):
                if error is not None and not isinstance(error, Answered):
                    raise error
        recovered = (instance, self.chain.instance)
        await self.commits.put(guard=Saying(_ORPHANS, recovered))
        tip = await end_of(self.reading, self.chain.begun(instance), instance)
        # Not its end: one that only slept goes on behind it.
        await self.heads.mark(Mark(instance, tip, HeadState.RUNNING, self._now()))
        await self.commits.put(guard=Saying(_DONE, recovered))
        return len(left)

    def _lost(self, call: CallRow) -> tuple[str, tuple[object, ...]]:
        paid = call.effect is not Effect.FREE
        ending = Ending(
            outcome=Outcome.LOST,
            billed=Billed.UNKNOWN if paid else Billed.NO,
            cost=call.cost if paid else Decimal(0),
            bureau_reference="",
            latency=0.0,
        )
        return entries.resolved(call.call_id, ending, call.currency, Source.RECOVERY, self._now())

    def _now(self) -> str:
        return entries.moment(self.clock.utc())
