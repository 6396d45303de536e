"""What could not be written of a call when it ended is written once, when the ledger is back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from connectors.errors import LedgerDown
from connectors.words import Billed, Effect, Outcome
from gateway.clock import LoopClock
from gateway.store.ledger.contract import ClaimState, Source, Taken
from gateway.store.ledger.keeping.upkeep import Upkeep
from gateway.store.ledger.sqlite.connecting import connect
from gateway.store.ledger.stored import StoredLedger
from tests.ledger_rows import EXPIRES, GRANT, claim, ending, question, sqlite_ledger

from .sqlite_ledgers import locked, opened

LOST = ending(Outcome.TIMEOUT, "", Billed.UNKNOWN)


class Hurried(LoopClock):
    """Has hardly any patience."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 1000)


class LateCommits:
    """Stands in for a disk whose commits are durable long before anybody hears of it."""

    def __init__(self) -> None:
        self.heard = Event()
        self.heard.set()
        self.durable = Event()

    def connect(self, path: Path) -> LateConnection:
        return LateConnection(connect(path), self)


class LateConnection:
    def __init__(self, connection: sqlite3.Connection, late: LateCommits) -> None:
        self._connection = connection
        self._late = late
        self.close = connection.close

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: tuple[object, ...] = (), /) -> sqlite3.Cursor:
        done = self._connection.execute(sql, parameters)
        if sql == "COMMIT":
            self._late.durable.set()
            self._late.heard.wait()
        return done


def ends(path: Path, call_id: str = "c") -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as books:
        said = "SELECT outcome, source FROM outcomes WHERE call_id = ? ORDER BY seq"
        return books.execute(said, (call_id,)).fetchall()


async def refused(ledger: StoredLedger, path: Path, call_id: str = "c") -> None:
    """Let a call end while nothing can be written."""
    with locked(path), pytest.raises(LedgerDown):
        await ledger.outcome(question(call_id), ending())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


async def test_an_end_is_written_as_soon_as_it_can_be(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        await refused(ledger, path)
        assert ends(path) == []

        await ledger.instance.owed.pay()

        assert ends(path) == [("HIT", "attempt")]
        assert len(ledger.instance.owed) == 0
        (call,) = await ledger.calls("lender", "i-1")
        assert call.billed is Billed.YES


async def test_a_hard_inquiry_that_ends_late_stands_in_nobodys_way(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c", Effect.HARD_INQUIRY), Effect.HARD_INQUIRY)
        with locked(path), pytest.raises(LedgerDown):
            await ledger.outcome(question("c", Effect.HARD_INQUIRY), ending())

        await ledger.instance.owed.pay()

        await ledger.intent(question("next", Effect.HARD_INQUIRY), Effect.HARD_INQUIRY)


async def test_upkeep_writes_what_is_owed_and_tries_again_where_it_can_not(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        await refused(ledger, path)
        with locked(path), pytest.raises(LedgerDown):
            await ledger.instance.owed.pay()
        assert len(ledger.instance.owed) == 1

        upkeep = asyncio.create_task(Upkeep(ledger.instance, Hurried()).run())
        async with asyncio.timeout(10):
            while ledger.instance.owed:
                await asyncio.sleep(0.001)
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)

    assert ends(path) == [("HIT", "attempt")]


async def test_what_is_owed_is_written_before_a_process_leaves(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        for name in ("c", "d"):
            await ledger.intent(question(name), Effect.CHARGEABLE)
            await refused(ledger, path, name)

    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert not await ledger.unknown()
    assert [ends(path, name) for name in ("c", "d")] == [[("HIT", "attempt")]] * 2


@pytest.mark.parametrize("end", [ending(), LOST], ids=["known", "unknown"])
async def test_an_end_that_nobody_could_prove_is_written_no_second_time(
    path: Path, end: object
) -> None:
    late = LateCommits()
    async with opened(sqlite_ledger(path, LoopClock(), connect=late.connect, patience=1)) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        late.heard.clear()
        late.durable.clear()
        try:
            with pytest.raises(LedgerDown):
                await ledger.outcome(question("c"), end)  # type: ignore[arg-type]
            assert len(ends(path)) == 1
        finally:
            late.heard.set()

        await asyncio.gather(*(ledger.instance.owed.pay() for _ in range(5)))

        assert len(ledger.instance.owed) == 0
    assert len(ends(path)) == 1


async def test_what_a_bill_has_told_meanwhile_is_not_told_again(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        await refused(ledger, path)
        (call,) = await ledger.calls("lender", "i-1")
        await ledger.resolve(call, ending(), Source.BILLING_FILE)

        await ledger.instance.owed.pay()

    assert [source for _, source in ends(path)] == ["billing_file"]


@pytest.mark.parametrize("effect", [Effect.CHARGEABLE, Effect.HARD_INQUIRY])
async def test_an_intent_that_nobody_could_prove_is_said_to_be_unsent(
    path: Path, effect: Effect
) -> None:
    """And a hard inquiry that never was sent keeps nobody away."""
    late = LateCommits()
    async with opened(sqlite_ledger(path, LoopClock(), connect=late.connect, patience=1)) as ledger:
        late.heard.clear()
        try:
            with pytest.raises(LedgerDown):
                await ledger.intent(question("c", effect), effect)
        finally:
            late.heard.set()

        await ledger.instance.owed.pay()

        (call,) = await ledger.calls("lender", "i-1")
        assert (call.outcome, call.billed) == (Outcome.UNREACHABLE, Billed.NO)
        await ledger.intent(question("next", effect), effect)


async def test_of_a_call_that_never_was_intended_no_end_is_written(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        with locked(path), pytest.raises(LedgerDown):
            await ledger.intent(question("c"), Effect.CHARGEABLE)

        await ledger.instance.owed.pay()

        assert len(ledger.instance.owed) == 0
    assert ends(path) == []


class BrokenCommit:
    """Stands in for a disk that refuses one commit."""

    def __init__(self) -> None:
        self.is_broken = False

    def connect(self, path: Path) -> BrokenConnection:
        return BrokenConnection(connect(path), self)


class BrokenConnection:
    def __init__(self, connection: sqlite3.Connection, broken: BrokenCommit) -> None:
        self._connection = connection
        self._broken = broken
        self.close = connection.close

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: tuple[object, ...] = (), /) -> sqlite3.Cursor:
        if sql == "COMMIT" and self._broken.is_broken:
            self._broken.is_broken = False
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(sql, parameters)


async def test_what_a_failed_commit_would_have_given_back_is_given_back_later(path: Path) -> None:
    hard, disk = Effect.HARD_INQUIRY, BrokenCommit()
    async with opened(sqlite_ledger(path, LoopClock(), connect=disk.connect)) as ledger:
        await ledger.intent(question("c", hard), hard)
        disk.is_broken = True
        with pytest.raises(LedgerDown):
            await ledger.outcome(question("c", hard), ending())
        await ledger.intent(question("free", Effect.FREE), Effect.FREE)

        await ledger.instance.owed.pay()

        await ledger.intent(question("next", hard), hard)


async def test_the_end_of_a_job_is_its_last_word(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        with locked(path), pytest.raises(LedgerDown):
            await ledger.outcome(question("c"), ending(Outcome.PENDING, billed=Billed.NO))
        await ledger.outcome(question("c"), LOST)

        await ledger.instance.owed.pay()

    assert ends(path) == [("TIMEOUT", "attempt")]


async def test_of_two_ends_that_are_owed_the_later_is_written(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        with locked(path):
            for end in (ending(Outcome.PENDING, billed=Billed.NO), ending()):
                with pytest.raises(LedgerDown):
                    await ledger.outcome(question("c"), end)

        await ledger.instance.owed.pay()

    assert ends(path) == [("HIT", "attempt")]


async def test_an_end_is_owed_also_where_its_waiter_left(path: Path) -> None:
    disk = BrokenCommit()
    async with opened(sqlite_ledger(path, LoopClock(), connect=disk.connect)) as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        disk.is_broken = True
        leaving = asyncio.create_task(ledger.outcome(question("c"), ending()))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving

    assert ends(path) == [("HIT", "attempt")]


async def stands(ledger: StoredLedger) -> tuple[ClaimState, bytes | None]:
    found = await ledger.claimed("lender", "i-1")
    assert found is not None
    return found.state, found.kept


async def test_the_end_of_an_inquiry_is_written_as_soon_as_it_can_be(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.inquiry(GRANT, claim())
        with locked(path), pytest.raises(LedgerDown):
            await ledger.close_claim(claim(), ClaimState.DONE, b"kept")
        assert await stands(ledger) == (ClaimState.RUNNING, None)

        await ledger.instance.owed.pay()

        assert await stands(ledger) == (ClaimState.DONE, b"kept")
        assert len(ledger.instance.owed) == 0


async def test_the_end_of_an_inquiry_is_not_written_over_one_that_was_begun_since(
    path: Path,
) -> None:
    """Else its id would be free, while something is being bought under it."""
    again = replace(claim(), kept_until=EXPIRES + timedelta(seconds=1))
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.inquiry(GRANT, claim())
        with locked(path), pytest.raises(LedgerDown):
            await ledger.close_claim(claim(), ClaimState.RELEASED, None)
        with pytest.raises(Taken) as taken:
            await ledger.inquiry(GRANT, again)
        await ledger.inquiry(GRANT, again, taken.value.claimed)

        await ledger.instance.owed.pay()

        assert await stands(ledger) == (ClaimState.RUNNING, None)
        with locked(path), pytest.raises(LedgerDown):
            await ledger.close_claim(again, ClaimState.DONE, b"kept")
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert await stands(ledger) == (ClaimState.DONE, b"kept")


@pytest.mark.parametrize("took_over", [False, True])
async def test_a_claim_that_nobody_could_prove_is_given_back(path: Path, took_over: bool) -> None:
    """As one that looks for what was bought before, where it was taken from another."""
    late = LateCommits()
    async with opened(sqlite_ledger(path, LoopClock(), connect=late.connect, patience=1)) as ledger:
        if took_over:
            await ledger.inquiry(GRANT, claim())
        over = await ledger.claimed("lender", "i-1")
        late.heard.clear()
        try:
            with pytest.raises(LedgerDown):
                await ledger.inquiry(GRANT, claim(), over)
        finally:
            late.heard.set()

        await ledger.instance.owed.pay()

        state = ClaimState.UNKNOWN if took_over else ClaimState.RELEASED
        assert await stands(ledger) == (state, None)
