"""Processes on one PostgreSQL that die, or only sleep, and what the others make of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.errors import LedgerDown
from connectors.words import Effect, Outcome
from gateway.clock import LoopClock
from gateway.store.ledger.contract import CallRow, ClaimState, Source, Taken
from gateway.store.ledger.reading.port import Reading
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify
from gateway.store.writing.steps import Found

from ..ledger_databases import Database, database, killed
from ..ledger_rows import GRANT, KEY, claim, ending, question

PAID, HARD = Effect.CHARGEABLE, Effect.HARD_INQUIRY


@pytest.fixture
async def home(tmp_path: Path, postgres: str) -> AsyncIterator[Database]:
    async with database("postgresql", tmp_path, lambda: postgres) as found:
        yield found


@pytest.fixture
async def three(home: Database) -> AsyncIterator[tuple[StoredLedger, ...]]:
    """Processes that give a sign of life when they are told to."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(home.opened(LoopClock())) for _ in range(3)]
        yield tuple(opened)


def name(ledger: StoredLedger) -> str:
    return ledger.instance.chain.instance


async def silent(home: Database, *ledgers: StoredLedger, seconds: int = 9) -> None:
    """Let it be nine seconds since processes were seen, or since somebody took them over."""
    for ledger in ledgers:
        await home.ask(
            f"UPDATE instances SET seen_at = (now() - interval '{seconds} s')::text "  # noqa: S608 - ours
            f"WHERE instance = '{name(ledger)}'"
        )


async def state(home: Database, ledger: StoredLedger) -> str:
    ((found,),) = await home.ask(
        f"SELECT state FROM instances WHERE instance = '{name(ledger)}'"  # noqa: S608 - ours
    )
    return str(found)


async def beat(*ledgers: StoredLedger) -> None:
    for ledger in ledgers:
        await ledger.instance.beat()


async def dead(home: Database) -> StoredLedger:
    """Be a process that will be killed."""
    ledger = home.ledger(LoopClock())
    await ledger.start()
    return ledger


async def only_call(ledger: StoredLedger) -> CallRow:
    (call,) = await ledger.calls("lender", "i-1")
    return call


async def stands(ledger: StoredLedger) -> tuple[ClaimState, bytes | None]:
    found = await ledger.claimed("lender", "i-1")
    assert found is not None
    return found.state, found.kept


async def is_recovered(ledger: StoredLedger) -> None:
    call = await only_call(ledger)
    assert (call.outcome, call.source) == (Outcome.LOST, Source.RECOVERY)
    with pytest.raises(Taken) as taken:
        await ledger.inquiry(GRANT, claim())
    assert taken.value.claimed.state is ClaimState.UNKNOWN


async def test_what_a_dead_process_left_is_taken_over_by_one_that_lives(home: Database) -> None:
    async with home.opened(LoopClock()) as alive:
        left = await dead(home)
        await left.inquiry(GRANT, claim())
        await left.intent(question("call-1"), PAID)
        await beat(alive)
        assert (await only_call(alive)).outcome is None

        await killed(left)
        await silent(home, left)
        await beat(alive)
        await is_recovered(alive)


async def test_who_only_slept_is_recovered_again_when_it_dies(home: Database) -> None:
    async with home.opened(LoopClock()) as alive:
        left = await dead(home)
        for number in range(3):
            await silent(home, left)
            await beat(alive)
            assert await state(home, left) == "DEAD", number
            await beat(left)
        await left.inquiry(GRANT, claim())
        await left.intent(question("call-1", HARD), HARD)

        await killed(left)
        await silent(home, left)
        await beat(alive)
        await is_recovered(alive)


async def test_who_was_taken_for_dead_buys_nothing_for_an_inquiry_that_others_may_have(
    home: Database,
) -> None:
    async with home.opened() as alive, home.opened() as stalled:
        await stalled.inquiry(GRANT, claim())
        await stalled.intent(question("call-0"), PAID)
        await silent(home, stalled)
        await beat(alive, stalled)
        assert await stands(alive) == (ClaimState.UNKNOWN, None)
        with pytest.raises(LedgerDown, match="taken over"):
            await stalled.intent(question("call-1"), PAID)
        over = await alive.claimed("lender", "i-1")
        await alive.inquiry(GRANT, claim(), over)
        with pytest.raises(LedgerDown, match="taken over"):
            await stalled.intent(question("call-2"), PAID)
        await alive.intent(question("call-3"), PAID)


async def test_who_only_slept_buys_again_for_what_it_takes_then(home: Database) -> None:
    async with home.opened() as alive, home.opened() as stalled:
        await silent(home, stalled)
        await beat(alive, stalled)

        await stalled.inquiry(GRANT, claim())
        await stalled.intent(question("call-1"), PAID)
        await stalled.close_claim(claim(), ClaimState.UNKNOWN, None)
        await stalled.intent(question("call-2"), PAID)
        await stalled.intent(question("call-3", inquiry_id="without-a-claim"), PAID)

    bought = await home.ask("SELECT call_id FROM intents ORDER BY call_id")
    assert bought == [("call-1",), ("call-2",), ("call-3",)]


@pytest.mark.parametrize("stand", ["RECOVERING", "DEAD"])
async def test_nothing_is_begun_before_we_have_said_that_we_live(
    home: Database, stand: str
) -> None:
    """If we died over it, nobody would look for what we left."""
    async with home.opened() as stalled:
        await home.ask(f"UPDATE instances SET state = '{stand}'")  # noqa: S608 - ours
        for beginning in (
            stalled.inquiry(GRANT, claim()),
            stalled.intent(question("call-1"), PAID),
            stalled.intent(question("call-2", Effect.FREE), Effect.FREE),
        ):
            with pytest.raises(LedgerDown, match="for dead"):
                await beginning
        await stalled.inquiry(replace(GRANT, replayed=True))

    assert await home.ask("SELECT decision FROM inquiries") == [("REPLAYED",)]
    assert await home.ask("SELECT call_id FROM intents") == []


@pytest.mark.parametrize("alone", [False, True])
async def test_a_recovery_whose_process_died_over_it_is_made_to_its_end(
    home: Database, alone: bool
) -> None:
    """By the one itself that was taken for dead, where no other lives."""
    async with AsyncExitStack() as stack:
        slept, other = [await stack.enter_async_context(home.opened()) for _ in range(2)]
        await slept.inquiry(GRANT, claim())
        await slept.intent(question("call-1"), PAID)
        left = await dead(home)
        await silent(home, slept)
        await left.instance.recovery.take()
        await killed(left)
        await beat(slept, other)
        assert await state(home, slept) == "RECOVERING"

        # Its own signs of life do not make its recovery look as if it went on.
        await silent(home, slept, left)
        await beat(*[slept] * 3 if alone else (other, slept))
        await is_recovered(other)
        assert await state(home, slept) == "RUNNING"
        assert await state(home, left) == "DEAD"


@dataclass(slots=True)
class Slow:
    """Keeps what it has read to itself for a while."""

    reading: Reading
    has_read: asyncio.Event = field(default_factory=asyncio.Event)
    tells: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def fetch(self, sql: str, *arguments: object) -> Found:
        found = await self.reading.fetch(sql, *arguments)
        self.has_read.set()
        await self.tells.wait()
        return found


async def test_who_is_overtaken_in_a_recovery_says_nothing_of_what_was_begun_since(
    home: Database, three: tuple[StoredLedger, ...]
) -> None:
    slept, stalled, other = three
    await silent(home, slept)
    slow = Slow(stalled.reading)
    recovery = replace(stalled.instance.recovery, reading=slow)
    await recovery.take()
    recovering = asyncio.create_task(recovery.run())
    await slow.has_read.wait()
    await silent(home, slept)
    await beat(other, slept)
    await slept.inquiry(GRANT, claim())
    slow.tells.set()
    await recovering

    assert await stands(slept) == (ClaimState.RUNNING, None)
    assert await state(home, slept) == "RUNNING"
    await slept.intent(question("call-1"), PAID)


@pytest.mark.parametrize("seconds", [3600, -3600], ids=["forward", "back"])
async def test_a_clock_that_is_set_kills_nobody(
    home: Database, three: tuple[StoredLedger, ...], seconds: int
) -> None:
    left = await dead(home)
    await left.inquiry(GRANT, claim())
    await left.intent(question("call-1"), PAID)
    await killed(left)
    await silent(home, left, *three, seconds=seconds)

    await beat(*three)
    assert [await state(home, ledger) for ledger in three] == ["RUNNING"] * 3

    await beat(*three)
    await is_recovered(three[0])
    assert [await state(home, ledger) for ledger in three] == ["RUNNING"] * 3


async def test_what_who_only_slept_has_answered_is_kept(home: Database) -> None:
    async with home.opened() as alive, home.opened() as stalled:
        await stalled.inquiry(GRANT, claim())
        await silent(home, stalled)
        await beat(alive)

        await stalled.close_claim(claim(), ClaimState.DONE, b"kept")
        assert await stands(alive) == (ClaimState.DONE, b"kept")


async def test_what_who_only_slept_has_answered_is_nothing_to_whoever_asked_since(
    home: Database,
) -> None:
    async with home.opened() as alive, home.opened() as stalled:
        await stalled.inquiry(GRANT, claim())
        await silent(home, stalled)
        await beat(alive)
        await alive.inquiry(GRANT, claim())

        await stalled.close_claim(claim(), ClaimState.DONE, b"kept")
        assert await stands(alive) == (ClaimState.RUNNING, None)


async def test_the_chain_of_who_only_slept_goes_on_whole(home: Database) -> None:
    async with home.opened() as alive, home.opened() as stalled:
        await stalled.intent(question("call-1"), PAID)
        await silent(home, stalled)
        await beat(alive)
        await stalled.outcome(question("call-1"), ending())

        assert (await verify(alive.reading, alive.instance.heads, KEY)).breaks == ()


async def test_the_end_of_an_inquiry_that_could_not_be_written_is_seen_by_the_others_later(
    home: Database,
) -> None:
    async with home.opened() as alive, home.opened() as other:
        await other.inquiry(GRANT, claim())
        await home.ask("ALTER TABLE claims RENAME TO away")
        with pytest.raises(LedgerDown):
            await other.close_claim(claim(), ClaimState.DONE, b"kept")
        await home.ask("ALTER TABLE away RENAME TO claims")

        await other.instance.owed.pay()
        assert await stands(alive) == (ClaimState.DONE, b"kept")
