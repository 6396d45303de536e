import asyncio
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.sqlite.connecting import connect
from gateway.store.writing.patience import LONGEST_QUEUE, PATIENCE

from ..ledger_reader import LedgerReader
from ..ledger_rows import ending, question, sqlite_ledger
from .sqlite_ledgers import locked, opened

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@contextmanager
def disk_full() -> Iterator[None]:
    """Let no file of this process grow: what a full disk does, and root is not exempt."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Gate:
    """Stands in for a disk that hangs: commits wait until the gate is opened."""

    def __init__(self) -> None:
        self.open = Event()
        self.open.set()
        self.reached = Event()

    def connect(self, path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(self._step)
        return connection

    def _step(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self.reached.set()
            self.open.wait()


def call_ids(path: Path) -> list[str]:
    return [call.intent.call_id for call in LedgerReader(path).calls()]


async def test_all_that_was_acknowledged_outlives_a_kill(path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fault.ledger_child", str(path)),
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    told = [await child.stdout.readline() for _ in range(500)]
    child.kill()
    told += [line async for line in child.stdout]
    await child.wait()

    acknowledged = {line.decode().strip() for line in told if line.endswith(b"\n")}
    assert len(acknowledged) >= 500
    assert acknowledged <= set(call_ids(path))


def test_a_caller_waits_no_longer_than_promised() -> None:
    """The other tests show that this bound holds; the promise to callers is 250 ms."""
    assert PATIENCE < 0.25


async def test_a_locked_ledger_fails_closed_and_comes_back(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        with locked(path):
            results = await asyncio.gather(
                *(ledger.intent(question(f"call-{n}"), Effect.FREE) for n in range(100)),
                return_exceptions=True,
            )
        await ledger.intent(question("after"), Effect.FREE)

    assert all(isinstance(result, LedgerDown) for result in results)
    assert call_ids(path) == ["after"]


async def test_a_full_disk_fails_closed_and_comes_back(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await ledger.intent(question("before"), Effect.FREE)
        with disk_full():
            results = await asyncio.gather(
                *(ledger.intent(question(f"call-{n}"), Effect.FREE) for n in range(3)),
                return_exceptions=True,
            )
        await ledger.intent(question("after"), Effect.FREE)

    assert all(isinstance(result, LedgerDown) for result in results)
    assert call_ids(path) == ["before", "after"]


async def test_a_hanging_disk_keeps_nobody(path: Path) -> None:
    """No timeout of SQLite's ends a write that hangs, so the wait has its own."""
    gate = Gate()
    async with opened(
        sqlite_ledger(path, LoopClock(), patience=0.02, connect=gate.connect)
    ) as ledger:
        gate.open.clear()
        try:
            with pytest.raises(LedgerDown):
                await ledger.intent(question("overdue"), Effect.FREE)
            assert gate.reached.is_set()
            with pytest.raises(LedgerDown):
                await ledger.intent(question("behind"), Effect.FREE)
        finally:
            gate.open.set()
        while True:
            try:
                await ledger.intent(question("after"), Effect.FREE)
            except LedgerDown:
                continue
            break

    # Nor are rows written whose callers were told that they are not.
    assert call_ids(path) == ["after"]


async def test_a_cancel_ends_the_wait_and_not_the_row(path: Path) -> None:
    gate = Gate()
    async with opened(sqlite_ledger(path, LoopClock(), connect=gate.connect)) as ledger:
        await ledger.intent(question("left"), Effect.CHARGEABLE)
        gate.open.clear()
        try:
            waiting = asyncio.create_task(ledger.outcome(question("left"), ending()))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        finally:
            gate.open.set()

    (call,) = LedgerReader(path).calls()
    assert call.outcome is not None


async def test_of_an_intent_it_is_heard_out_whether_its_row_is_written(path: Path) -> None:
    """Else an end would be written down of what was never intended."""
    gate = Gate()
    patient = sqlite_ledger(path, LoopClock(), connect=gate.connect, patience=2)
    async with opened(patient) as ledger:
        left = asyncio.create_task(ledger.intent(question("left"), Effect.CHARGEABLE))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        gate.open.clear()
        try:
            failing = asyncio.create_task(ledger.intent(question("failing"), Effect.CHARGEABLE))
            await asyncio.sleep(0)
            failing.cancel()
            with pytest.raises(LedgerDown):
                await failing
        finally:
            gate.open.set()

    assert call_ids(path) == ["left"]


async def test_rows_are_written_in_the_order_of_the_calls(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        await asyncio.gather(
            *(ledger.intent(question(f"call-{n}"), Effect.FREE) for n in range(300))
        )

    assert call_ids(path) == [f"call-{n}" for n in range(300)]


async def test_closing_writes_what_is_queued(path: Path) -> None:
    ledger = sqlite_ledger(path, LoopClock())
    await ledger.start()
    waiting = [
        asyncio.create_task(ledger.intent(question(f"call-{n}"), Effect.FREE)) for n in range(200)
    ]
    await asyncio.sleep(0)
    await ledger.aclose()
    await asyncio.gather(*waiting)

    assert len(call_ids(path)) == 200


async def test_a_bad_row_leaves_the_others_of_its_batch(path: Path) -> None:
    gate = Gate()
    async with opened(sqlite_ledger(path, LoopClock(), connect=gate.connect)) as ledger:
        gate.open.clear()
        try:
            results = asyncio.gather(
                *(ledger.intent(question(name), Effect.FREE) for name in ("a", "b", "b", "c")),
                return_exceptions=True,
            )
            await asyncio.sleep(0)
        finally:
            gate.open.set()
        failed = [result for result in await results if result is not None]

    assert len(failed) == 1
    assert call_ids(path) == ["a", "b", "c"]


async def test_a_queue_without_end_is_refused(path: Path) -> None:
    gate = Gate()
    async with opened(sqlite_ledger(path, LoopClock(), connect=gate.connect)) as ledger:
        gate.open.clear()
        try:
            results = asyncio.gather(
                *(
                    ledger.outcome(question(f"call-{n}"), ending())
                    for n in range(LONGEST_QUEUE + 200)
                ),
                return_exceptions=True,
            )
            await asyncio.sleep(0)
        finally:
            gate.open.set()
        failed = [result for result in await results if result is not None]

    assert failed
    assert {type(error) for error in failed} == {LedgerDown}


async def test_a_ledger_that_can_not_be_opened_says_so_at_once(tmp_path: Path) -> None:
    ledger = sqlite_ledger(tmp_path, LoopClock())

    with pytest.raises(LedgerDown):
        await ledger.start()
    await ledger.aclose()
