"""A ledger that takes no rows says why, once, and how long it lasted; nothing of what it held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.stored import StoredLedger
from gateway.telemetry.lines import ALLOWED

from ..ledger_rows import CANARY, question, sqlite_ledger
from .sqlite_ledgers import locked, opened
from .test_ledger_store import Gate, disk_full


class Told:
    """Keeps what an outage says of itself."""

    def __init__(self, ledger: StoredLedger) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []
        ledger.commits.outage.told = self._hear

    def _hear(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    @property
    def names(self) -> list[str]:
        return [event for event, _ in self.events]


async def written(ledger: StoredLedger, call_id: str) -> bool:
    try:
        await ledger.intent(question(call_id), Effect.FREE)
    except LedgerDown:
        return False
    return True


@contextmanager
def full(_: Path) -> Iterator[None]:
    with disk_full():
        yield


@contextmanager
def renamed(path: Path) -> Iterator[None]:
    moved = path.rename(path.with_name("moved.db"))
    try:
        yield
    finally:
        moved.rename(path)


@pytest.mark.parametrize(
    ("failing", "error", "reason"),
    [
        (locked, "OperationalError", "SQLITE_BUSY"),
        (full, "OperationalError", "SQLITE_IOERR_WRITE"),
        (renamed, "Misplaced", ""),
    ],
)
async def test_its_cause_is_said_when_it_begins_and_its_length_when_it_is_over(
    tmp_path: Path,
    failing: Callable[[Path], AbstractContextManager[None]],
    error: str,
    reason: str,
) -> None:
    path = tmp_path / "ledger.db"
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        told = Told(ledger)
        assert await written(ledger, "before")
        with failing(path):
            assert not await written(ledger, "call-1")
            assert not await written(ledger, "call-2")
        assert await written(ledger, "after-1")
        assert await written(ledger, "after-2")

    assert told.names == ["ledger_lost", "ledger_found"]
    (_, lost), (_, found) = told.events
    assert lost == {"error": error, "reason": reason}
    assert isinstance(found["seconds"], float)
    assert CANARY not in repr(told.events)
    assert all(fields.keys() <= ALLOWED for _, fields in told.events)


async def test_a_disk_that_hangs_is_said_while_it_hangs(tmp_path: Path) -> None:
    gate = Gate()
    ledger = sqlite_ledger(tmp_path / "ledger.db", LoopClock(), patience=0.02, connect=gate.connect)
    async with opened(ledger):
        told = Told(ledger)
        gate.open.clear()
        assert not await written(ledger, "call-1")
        assert told.events == [("ledger_lost", {"error": "TimeoutError", "reason": ""})]
        gate.open.set()
        while not await written(ledger, "after"):
            pass

    assert told.names == ["ledger_lost", "ledger_found"]
