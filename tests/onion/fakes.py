"""A bureau that plays a script, and a ledger and a cache that remember."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from connectors.contract import ConsentRef, Query, Reply, Standing
from connectors.errors import LedgerDown, Lost, NotSent, RateLimited, Refused
from connectors.keeping import Kept, Place
from connectors.kit import Ending
from connectors.words import Billed, Effect, Outcome, Purpose, ReuseMode, ServedFrom
from tests.virtual import START, VirtualClock

REPLY = Reply(
    "acme",
    "1.0.0",
    Outcome.HIT,
    b"known",
    billed=Billed.YES,
    cost=Decimal("0.35"),
    retrieved_at=START,
)


@dataclass(frozen=True, slots=True)
class Act:
    """What the bureau does with one attempt."""

    send_after: float = 0.0
    """Seconds until the first byte leaves; less than 0: it never does."""
    answer_after: float = 0.0
    fails: type[Exception] | None = None
    reply: Reply = REPLY
    wait: float | None = None


ANSWER = Act(answer_after=0.01)
HANG = Act(answer_after=1000.0)
SLOW = Act(answer_after=20.0)
UNSENT = Act(send_after=-1.0, answer_after=0.01, fails=NotSent)
BROKEN = Act(answer_after=0.01, fails=Lost)
REFUSE = Act(answer_after=0.01, fails=Refused)


@dataclass(slots=True)
class Bureau:
    """The connector at the bottom. Plays its acts in turn; the last one for ever."""

    acts: list[Act]
    sent: int = 0
    cancelled: int = 0
    renewed: int = 0

    async def __call__(self, query: Query) -> Reply:
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        try:
            return await self._play(act, query)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def _play(self, act: Act, query: Query) -> Reply:
        if act.send_after < 0:
            await asyncio.sleep(act.answer_after)
        else:
            await asyncio.sleep(act.send_after)
            query.attempt.leave("acme")
            self.sent += 1
            await asyncio.sleep(act.answer_after)
        if act.fails:
            raise self._failure(act, act.fails)
        return act.reply

    def _failure(self, act: Act, kind: type[Exception]) -> Exception:
        error = kind("acme")
        if isinstance(error, Refused):
            error.renew = self._renew
        if isinstance(error, RateLimited):
            error.wait = act.wait
        return error

    async def _renew(self) -> None:
        await asyncio.sleep(0.01)
        self.renewed += 1


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    attempt: int
    outcome: str
    at: float
    call_id: str
    inquiry: str


@dataclass(slots=True)
class FakeLedger:
    """Keeps rows in the order in which they were queued."""

    rows: list[Row] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    replies: list[Reply | None] = field(default_factory=list)
    commit: float = 0.001
    down: bool = False
    blinks_after: int | None = None
    """The number of rows after which it is down."""

    async def intent(self, query: Query, effect: Effect) -> None:
        await self._write("intent", query, effect)

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        await self._write("outcome", query, ending.outcome)
        self.endings.append(ending)
        self.replies.append(reply)

    async def _write(self, what: str, query: Query, outcome: str) -> None:
        """Queue first, then wait: a cancel ends the wait, and never unwrites the row."""
        if self.down or len(self.rows) == self.blinks_after:
            raise LedgerDown
        now = round(asyncio.get_running_loop().time(), 2)
        attempt, inquiry = query.attempt, query.standing.inquiry_id
        self.rows.append(Row(what, attempt.number, outcome, now, attempt.call_id, inquiry))
        await asyncio.sleep(self.commit)

    def outcomes(self) -> list[str]:
        return [row.outcome for row in self.rows if row.what == "outcome"]

    def intents(self) -> list[int]:
        return [row.attempt for row in self.rows if row.what == "intent"]


@dataclass(slots=True)
class FakeCache:
    """Forgets when it should; each way takes a moment, as Redis does."""

    kept: dict[str, Kept] = field(default_factory=dict)
    way: float = 0.001

    async def get(self, place: Place, _suits: Callable[[Kept], bool]) -> Kept | None:
        # What it says is already old when it arrives.
        found = [self.kept[name] for name in place.names if name in self.kept]
        now = VirtualClock().now()
        await asyncio.sleep(self.way)
        return found[0] if found and found[0].stale_until > now else None

    async def put(self, place: Place, kept: Kept) -> None:
        await asyncio.sleep(self.way)
        self.kept[place.name] = kept


@dataclass(slots=True)
class FakeObserver:
    """Remembers what it was told."""

    told: list[tuple[Outcome, ServedFrom]] = field(default_factory=list)

    def asked(
        self, query: Query, outcome: Outcome, served_from: ServedFrom, seconds: float
    ) -> None:
        assert seconds >= 0
        assert query.connector == "acme"
        self.told.append((outcome, served_from))


def standing(
    reuse: ReuseMode = ReuseMode.DEFAULT,
    max_age: float | None = None,
    consent_days: float = 30,
) -> Standing:
    expires = VirtualClock().utc() + timedelta(days=consent_days)
    return Standing(
        tenant="lender_a",
        caller="scoring",
        inquiry_id="i1",
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=ConsentRef("c1", None, expires),
        subject_token="t1",
        config_version="v1",
        reuse=reuse,
        max_age=max_age,
    )


def query(within: float = 10.0, name: str = "ann", stands: Standing | None = None) -> Query:
    at = asyncio.get_running_loop().time() + within
    return Query("acme", stands or standing(), lambda: at, subject={"name": name})
