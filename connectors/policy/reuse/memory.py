"""The answers of one connector that may be given again, and as what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ...contract import Query, Reply, Standing
from ...errors import ConnectorError, NotCached
from ...keeping import Kept, Place
from ...kit import Kit
from ...words import ANSWERS, Billed, FieldStatus, Outcome, ServedFrom
from .lifetimes import Lifetimes

JITTER = 0.1
"""By which part at most a life is shortened, so that answers of one moment do not end in one."""
FAILED = frozenset(
    {
        Outcome.UNREACHABLE,
        Outcome.TIMEOUT,
        Outcome.LOST,
        Outcome.BUREAU_ERROR,
        Outcome.BREAKER_OPEN,
        Outcome.BULKHEAD_FULL,
    }
)
"""Ends of a question that say nothing against an older answer to it."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Finds and keeps. Who looks an answer up stands on a consent of its own."""

    rule: Lifetimes
    kit: Kit

    async def find(self, names: Names, query: Query) -> Kept | None:
        """Find an answer, whether or not it will do."""
        standing = query.standing
        place = Place(names, standing.tenant, standing.subject_token)
        return await self.kit.cache.get(place, lambda kept: self._suits(kept, standing))

    async def known(self, names: Names, query: Query) -> Reply | None:
        """Give what is given instead of asking."""
        return self.fresh(await self.find(names, query), query)

    def fresh(self, kept: Kept | None, query: Query) -> Reply | None:
        """Make what was found a reply, if it is given instead of asking."""
        if kept is None or not self._suits(kept, query.standing):
            return None
        return _again(kept.reply)

    def instead(self, kept: Kept | None, query: Query, error: ConnectorError) -> Reply | None:
        """Give what stands in for an answer that could not be had, and say so in it."""
        if kept is None:
            return None
        if isinstance(error, NotCached):
            return self._outside(kept, query.standing)
        return self._stale(kept, query.standing, error)

    async def keep(
        self,
        names: Names,
        standing: Standing,
        reply: Reply,
        asked_at: datetime,
        at_least: float = 0.0,
    ) -> None:
        """
        Keep an answer as long as the rule says, or `at_least`, and its consent allows.

        One that may not be kept takes the place of an older one all the same.
        """
        if reply.outcome not in ANSWERS or not reply.whole:
            return
        if not self.rule.keeps and not at_least:
            return
        ttl = self.rule.seconds(reply.outcome) * (1 - self.kit.random.uniform(0, JITTER))
        fresh = max(ttl, at_least)
        last = fresh + self.rule.stale_if_error
        now, consent = self.kit.clock.now(), standing.consent
        if consent is not None:
            left = (consent.expires_at - self.kit.clock.utc()).total_seconds()
            fresh, last = min(fresh, left), min(last, left)
        kept = Kept(
            reply=replace(reply, captured={}) if reply.captured else reply,
            asked_at=asked_at,
            since=now,
            fresh_until=now + fresh,
            stale_until=now + (last if fresh > 0 else fresh),
            consent_until=consent.expires_at if consent is not None else None,
        )
        await self.kit.cache.put(Place(names, standing.tenant, standing.subject_token), kept)

    def _outside(self, kept: Kept, standing: Standing) -> Reply | None:
        """Give also what is older than the caller takes, to one who has nothing asked."""
        if not self._holds(kept, kept.fresh_until, standing):
            return None
        return _outside(_again(kept.reply))

    def _stale(self, kept: Kept, standing: Standing, error: ConnectorError) -> Reply | None:
        """
        Give what is past its time, where that is configured.

        What the failed call costs, and may have been billed, is told all the same.
        """
        if not self.rule.stale_if_error or error.outcome not in FAILED:
            return None
        if not self._holds(kept, kept.stale_until, standing):
            return None
        return replace(
            kept.reply if self._is_young(kept, standing) else _outside(kept.reply),
            served_from=ServedFrom.STALE,
            billed=error.billed,
            cost=error.cost,
            attempts=error.attempts,
            failed_call=error.call_id,
        )

    def _suits(self, kept: Kept, standing: Standing) -> bool:
        return self._holds(kept, kept.fresh_until, standing) and self._is_young(kept, standing)

    def _holds(self, kept: Kept, until: float, standing: Standing) -> bool:
        """Tell whether its time is not over, nor the consent it was got on, nor the asker's."""
        today, theirs = self.kit.clock.utc(), standing.consent
        return (
            self.kit.clock.now() < until
            and (kept.consent_until is None or today < kept.consent_until)
            and (theirs is None or today < theirs.expires_at)
        )

    def _is_young(self, kept: Kept, standing: Standing) -> bool:
        oldest = standing.max_age
        return oldest is None or self.kit.clock.now() - kept.since <= oldest


def _again(reply: Reply) -> Reply:
    return replace(
        reply, served_from=ServedFrom.CACHE, billed=Billed.NO, cost=Decimal(0), attempts=0
    )


def _outside(reply: Reply) -> Reply:
    """Say of each value that it is older than asked."""
    notes = {
        path: replace(note, status=FieldStatus.OUTSIDE_MAX_AGE)
        if note.status is FieldStatus.PRESENT
        else note
        for path, note in reply.meta.items()
    }
    return replace(reply, meta=notes)
