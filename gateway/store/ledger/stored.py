"""Who asked what, on which consent, and what came of it: written down before it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.contract import Query, Reply
from connectors.errors import LedgerDown
from connectors.kit import Clock, Ending
from connectors.words import Billed, Effect, Outcome

from ..writing.commits import Commits
from . import entries
from .book.claims import claimed_of
from .book.guards import (
    Claiming,
    Closing,
    Hold,
    Release,
    Saying,
    StillCorrigible,
    StillUnknown,
    Unanswered,
    Unsent,
)
from .contract import CallRow, Claim, Claimed, ClaimState, InquiryRow, RefusalRow, ServedRow, Source
from .keeping.instance import Instance
from .reading import calls
from .reading.port import Reading
from .replies import SealedReplies
from .tables import CLAIMS

_CLAIMED = (
    f"SELECT {', '.join(CLAIMS)} FROM claims "  # noqa: S608 - ours
    "WHERE tenant = ?1 AND inquiry_id = ?2 AND kept_until >= ?3"
)
_REPLIES = (
    "SELECT call_id, tenant, connector, sealed FROM replies "
    "WHERE tenant = ?1 AND inquiry_id = ?2 AND kept_until >= ?3 "
    "ORDER BY (SELECT seq FROM intents WHERE intents.call_id = replies.call_id)"
)
_LIVING = (
    "SELECT instance, (SELECT count(*) FROM instances) FROM instances "
    "WHERE state IN ('RUNNING', 'RECOVERING')"
)

# The claims stay: whoever sends such an inquiry again must not buy again what is erased.
_ERASE_CLAIMS = """
    UPDATE claims SET request = '', kept = NULL WHERE tenant = ?1 AND inquiry_id IN (
        SELECT inquiry_id FROM inquiries WHERE tenant = ?1 AND subject_token = ?2)
"""


NEVER_SENT = Ending(Outcome.UNREACHABLE, Billed.NO, Decimal(0), "", 0.0)
"""Of a call whose intent could not be proved."""


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """
    See `contract.Ledger`; which database it is, only what it is given knows.

    Each method queues its rows before it first waits, in the order of the calls,
    and returns when they are durable. Raises `LedgerDown` where that can not be
    proved in time; the next call tries afresh.
    """

    commits: Commits
    reading: Reading
    instance: Instance
    sealed: SealedReplies
    clock: Clock
    currency: str

    async def start(self) -> None:
        await self.commits.start()
        await self.reading.start()
        await self.instance.begin()

    async def aclose(self) -> None:
        try:
            await self.instance.end()
        finally:
            await self.reading.aclose()

    async def inquiry(
        self, row: InquiryRow, claim: Claim | None = None, over: Claimed | None = None
    ) -> None:
        now = self._now()
        guard = None if claim is None else Claiming(claim, now, over)
        try:
            await self.commits.put(entries.inquiry(row, now), guard=guard)
        except LedgerDown:
            if claim is not None:
                # Nothing is sent: if the claim is there after all, it soon is none any more.
                state = ClaimState.RELEASED if over is None else ClaimState.UNKNOWN
                self.instance.owed.owe((), Closing(claim, state, None))
            raise

    async def refusal(self, row: RefusalRow) -> None:
        await self.commits.put(entries.refusal(row, self._now()))

    async def intent(self, query: Query, effect: Effect) -> None:
        guard = _hold(query) if effect is Effect.HARD_INQUIRY else None
        row = entries.intent(query, effect, self.currency, self._now())
        written = self.commits.put(row, guard=guard)
        try:
            await self._intended(written)
        except LedgerDown:
            # Nothing is sent: if the row is there after all, so is soon that it was not.
            call_id, now = query.attempt.call_id, self._now()
            end = entries.outcome(call_id, NEVER_SENT, self.currency, "", now)
            release = _release(call_id, effect, NEVER_SENT)
            self.instance.owed.owe((end,), Unsent(call_id, release))
            raise

    async def _intended(self, written: asyncio.Future[None]) -> None:
        left: asyncio.CancelledError | None = None
        while not written.done():
            try:
                await asyncio.shield(written)
            except asyncio.CancelledError as cancelled:
                left = cancelled
        # Whoever left has an end to write down, but only of what was intended: where the row
        # is refused, or not proved to be there, that is raised in the cancel's place.
        written.result()
        if left is not None:
            raise left

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        call_id = query.attempt.call_id
        kept = self.sealed.row(query, reply)
        digest = "" if kept is None else kept[1]
        row = entries.outcome(call_id, ending, self.currency, digest, self._now())
        rows = (row,) if kept is None else (row, kept[0])
        release = _release(call_id, query.attempt.effect, ending)
        known = ending.billed is not Billed.UNKNOWN
        late = StillUnknown(call_id, release) if known else Unanswered(call_id)
        owed = self.instance.owed
        owed.forget(call_id)
        try:
            written = self.commits.put(*rows, guard=release)
        except LedgerDown:
            owed.owe(rows, late)
            raise

        def ended(written: asyncio.Future[None]) -> None:
            if not written.cancelled() and isinstance(written.exception(), LedgerDown):
                owed.owe(rows, late)

        # It is owed also where nobody waits for it any more.
        written.add_done_callback(ended)
        await asyncio.shield(written)

    async def served(self, rows: Sequence[ServedRow]) -> None:
        now = self._now()
        if rows:
            await self.commits.put(*(entries.served(row, now) for row in rows))

    async def resolve(self, call: CallRow, ending: Ending, source: Source) -> None:
        row = entries.resolved(call.call_id, ending, call.currency, source, self._now())
        release = _release(call.call_id, call.effect, ending)
        await self.commits.put(row, guard=StillUnknown(call.call_id, release))

    async def correct(self, call: CallRow, ending: Ending) -> None:
        source = Source.BY_HAND
        row = entries.resolved(call.call_id, ending, call.currency, source, self._now())
        await self.commits.put(row, guard=StillCorrigible(call.call_id))

    @property
    def is_shared(self) -> bool:
        """Whether other processes may live beside this one."""
        return self.instance.recovery.leases.beats

    async def instances(self) -> tuple[frozenset[str], int]:
        """Tell who lives, or is not taken over from yet, and how many there ever were."""
        rows = await self.reading.fetch(_LIVING)
        return frozenset(str(row[0]) for row in rows), int(str(rows[0][1])) if rows else 0

    async def close_claim(self, claim: Claim, state: ClaimState, kept: bytes | None) -> None:
        closing = Closing(claim, state, kept)
        try:
            await self.commits.put(guard=closing)
        except LedgerDown:
            self.instance.owed.owe((), closing)
            raise

    async def claimed(self, tenant: str, inquiry_id: str) -> Claimed | None:
        rows = await self.reading.fetch(_CLAIMED, tenant, inquiry_id, self._now())
        return claimed_of(rows[0], self.instance.chain.instance) if rows else None

    async def calls(self, tenant: str, inquiry_id: str) -> Sequence[CallRow]:
        return await calls.of_inquiry(self.reading, tenant, inquiry_id)

    async def unknown(self) -> Sequence[CallRow]:
        """Give the calls that may have been billed, and of which nobody knows; the oldest first."""
        return await calls.unknown(self.reading, self.clock.utc())

    async def replies(self, tenant: str, inquiry_id: str) -> Mapping[str, Reply]:
        rows = await self.reading.fetch(_REPLIES, tenant, inquiry_id, self._now())
        opened = (self.sealed.opened(row) for row in rows)
        return {reply.connector: reply for reply in opened if reply is not None}

    async def erase(self, tenant: str, subject_token: str) -> None:
        await self.commits.put(guard=Saying(_ERASE_CLAIMS, (tenant, subject_token)))
        erasing = "DELETE FROM replies WHERE tenant = ?1 AND subject_token = ?2"
        await self.commits.put(guard=Saying(erasing, (tenant, subject_token)))

    async def forget(self) -> None:
        """Delete what is kept no longer: answers and claims, never a row of the chain."""
        now = (self._now(),)
        await self.commits.put(guard=Saying("DELETE FROM replies WHERE kept_until < ?1", now))
        await self.commits.put(guard=Saying("DELETE FROM claims WHERE kept_until < ?1", now))

    def _now(self) -> str:
        return entries.moment(self.clock.utc())


def _hold(query: Query) -> Hold:
    standing = query.standing
    return Hold(
        standing.tenant,
        query.connector,
        standing.subject_token,
        standing.purpose.value,
        query.attempt.call_id,
        standing.acknowledged,
    )


def _release(call_id: str, effect: Effect, ending: Ending) -> Release | None:
    """
    Give a hold back once it is known what became of the call; few calls have one.

    That of a submission is known when its job ends, which is written on its row.
    """
    known = ending.billed is not Billed.UNKNOWN and ending.outcome is not Outcome.PENDING
    return Release(call_id) if known and effect is not Effect.FREE else None
