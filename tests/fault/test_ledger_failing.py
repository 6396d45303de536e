"""A statement fails, before or after it was done, wherever it is: nothing acknowledged is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.sqlite.connecting import connect, prepare
from gateway.store.ledger.sqlite.opening import inline
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify

from ..heads_in_memory import HeadsInMemory
from ..ledger_rows import GRANT, KEY, claim, ending, means, question, sqlite_ledger

HARD = Effect.HARD_INQUIRY
STATEMENTS = 60
"""More than a start and the writes below take."""


class Failing:
    """A connection of which one statement fails, as on a disk with a bad spot."""

    def __init__(self, inner: sqlite3.Connection, at: int, *, done: bool) -> None:
        self._inner = inner
        self._left = at
        self._done = done

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self._left -= 1
        if self._left == 0:
            if self._done:
                self._inner.execute(sql, parameters)
            raise sqlite3.OperationalError("disk I/O error")
        return self._inner.execute(sql, parameters)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def memory() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        prepare(made, KEY)
        yield made


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, STATEMENTS, 2))
async def test_a_statement_that_fails_fails_closed(
    memory: sqlite3.Connection, at: int, done: bool
) -> None:
    heads, told, failed = HeadsInMemory(KEY), set[str](), 0
    ledger = inline(Failing(memory, at, done=done), means(), heads)
    try:
        await ledger.start()
    except LedgerDown:
        failed, ledger = 1, inline(memory, means(), heads)
        await ledger.start()
    for number in range(6):
        query = question(f"call-{number}", HARD, f"i-{number}")
        try:
            await ledger.inquiry(GRANT, claim(inquiry_id=f"i-{number}"))
            await ledger.intent(query, HARD)
            told.add(query.attempt.call_id)
            await ledger.outcome(query, ending())
        except LedgerDown:
            failed += 1
            break
    for number in range(10, 13):
        await ledger.inquiry(GRANT, claim(inquiry_id=f"i-{number}"))

    assert failed <= 1
    rows = memory.execute("SELECT call_id FROM intents").fetchall()
    assert told <= {call_id for (call_id,) in rows}
    assert (await verify(ledger.reading, heads, KEY)).breaks == ()
    await ledger.aclose()


async def test_a_file_that_is_put_back_under_a_running_gateway_is_written_no_more(
    tmp_path: Path,
) -> None:
    path, older = tmp_path / "ledger.db", tmp_path / "older.db"
    opened = list[sqlite3.Connection]()

    def opening(_: Path) -> Failing:
        # The second time it is another file that is there.
        opened.append(connect(older if opened else path))
        return Failing(opened[-1], 0 if len(opened) > 1 else 20, done=False)

    first = sqlite_ledger(path, LoopClock())
    await first.start()
    await first.aclose()
    shutil.copy(path, older)
    ledger = sqlite_ledger(path, LoopClock(), connect=opening, patience=10.0)
    await ledger.start()
    told = [await written(ledger, number) for number in range(20)]
    await ledger.aclose()

    # It is acknowledged until the disk fails, and from then on never again.
    assert told == sorted(told, reverse=True)
    assert told[0] and not told[-1]


async def written(ledger: StoredLedger, number: int) -> bool:
    try:
        await ledger.intent(question(f"call-{number}"), Effect.FREE)
    except LedgerDown:
        return False
    return True
