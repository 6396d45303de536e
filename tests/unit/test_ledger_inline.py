"""The same ledger without a thread, on a loop whose time is not the world's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.errors import LedgerDown, Unresolved
from connectors.words import Effect, Outcome
from gateway.background import Background
from gateway.store.ledger.chain.heads import HeadState
from gateway.store.ledger.contract import Taken
from gateway.store.ledger.keeping.upkeep import Upkeep
from gateway.store.ledger.sqlite.connecting import prepare
from gateway.store.ledger.sqlite.opening import inline
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify

from ..heads_in_memory import HeadsInMemory
from ..ledger_rows import GRANT, KEY, claim, ending, means, question
from ..virtual import VirtualClock, VirtualLoop


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        prepare(made, KEY)
        yield made


def ledger(connection: sqlite3.Connection, seed: int, heads: HeadsInMemory) -> StoredLedger:
    return inline(connection, means(VirtualClock(), seed), heads)


async def day(connection: sqlite3.Connection) -> None:
    heads = HeadsInMemory(KEY)
    first = ledger(connection, 1, heads)
    await first.start()
    await asyncio.gather(
        first.inquiry(GRANT, claim()), *(first.intent(question(f"{n}"), Effect.FREE) for n in "ab")
    )
    await first.outcome(question("a"), ending())
    # It crashes: nothing is closed.
    second = ledger(connection, 2, heads)
    await second.start()
    assert [call for call in await second.calls("lender", "i-1") if call.outcome is None] == []
    with pytest.raises(LedgerDown):
        await first.reading.fetch("nonsense")
    await second.aclose()
    assert (await verify(second.reading, heads, KEY)).breaks == ()


def rows(connection: sqlite3.Connection) -> list[object]:
    return connection.execute("SELECT hash FROM outcomes ORDER BY seq").fetchall()


def test_a_seed_gives_the_same_ledger_bit_by_bit() -> None:
    told = []
    for _ in range(2):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            prepare(connection, KEY)
            with asyncio.Runner(loop_factory=VirtualLoop) as runner:
                runner.run(day(connection))
            told.append(rows(connection))

    assert told[0] == told[1] and len(told[0]) == 2


def test_marks_are_made_once_a_minute_and_only_while_rows_are_written(
    connection: sqlite3.Connection,
) -> None:
    async def run() -> list[tuple[int, HeadState]]:
        heads = HeadsInMemory(KEY)
        opened = ledger(connection, 1, heads)
        await opened.start()
        upkeep = Background(Upkeep(opened.instance, VirtualClock()).run)
        upkeep.start()
        await opened.intent(question("a"), Effect.FREE)
        await asyncio.sleep(300)
        await opened.intent(question("b"), Effect.FREE)
        await asyncio.sleep(61)
        await upkeep.aclose()
        await opened.aclose()
        return [(head.tip.count, head.state) for head in await heads.all()]

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(run()) == [
            (0, HeadState.STARTED),
            (1, HeadState.RUNNING),
            (2, HeadState.RUNNING),
            (2, HeadState.CLOSED),
        ]


def test_guards_hold_without_a_thread(connection: sqlite3.Connection) -> None:
    async def run() -> list[object]:
        opened = ledger(connection, 1, HeadsInMemory(KEY))
        await opened.start()
        told = await asyncio.gather(
            *(opened.inquiry(GRANT, claim()) for _ in range(3)), return_exceptions=True
        )
        await opened.aclose()
        return list(told)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert [type(result) for result in runner.run(run())] == [type(None), Taken, Taken]


async def closed_with_an_open_call(connection: sqlite3.Connection) -> None:
    heads = HeadsInMemory(KEY)
    first = ledger(connection, 1, heads)
    await first.start()
    await first.intent(question("a"), Effect.CHARGEABLE)
    # Its outcome met a ledger that was down; the process itself ends as it should.
    await first.aclose()
    second = ledger(connection, 2, heads)
    await second.start()
    (call,) = await second.calls("lender", "i-1")
    assert call.outcome is Outcome.LOST
    assert call.is_unknown
    await second.aclose()
    assert (await verify(second.reading, heads, KEY)).breaks == ()


def test_what_a_process_could_not_write_down_is_unknown_to_the_next(
    connection: sqlite3.Connection,
) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(closed_with_an_open_call(connection))


async def cancelled_while_it_is_refused(connection: sqlite3.Connection) -> None:
    one = ledger(connection, 1, HeadsInMemory(KEY))
    await one.start()
    await one.intent(question("a"), Effect.HARD_INQUIRY)
    second = asyncio.create_task(one.intent(question("b"), Effect.HARD_INQUIRY))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(Unresolved):
        await second
    await one.aclose()


def test_whoever_leaves_a_refused_intent_learns_that_it_is(connection: sqlite3.Connection) -> None:
    """It would write down an end of what was never intended."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(cancelled_while_it_is_refused(connection))
