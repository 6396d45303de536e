"""The ledger's file goes away under a gateway, or before a start: nothing is bought into a void."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.clock import LoopClock
from gateway.store.ledger.chain.shortfall import RowsMissing
from gateway.store.ledger.sqlite.opening import heads_beside
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify

from ..ledger_rows import KEY, question, sqlite_ledger
from .sqlite_ledgers import opened

PAID = Effect.CHARGEABLE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


def removed(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def emptied_anew(path: Path) -> None:
    path.unlink()
    path.touch()


def copied_over(path: Path) -> None:
    """Put another file there that holds the same, as a restore does."""
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    copy.rename(path)


def folder_renamed(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def log_removed(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def put_back(path: Path) -> None:
    # Where one is missed no file is made: whoever puts it back overwrites none.
    assert not path.exists()
    path.with_name("moved.db").rename(path)


def names(path: Path) -> set[str]:
    """Name the files of a ledger; SQLite's own log comes and goes with what is open."""
    return {each.name for each in path.parent.iterdir() if not each.name.endswith(("-wal", "-shm"))}


def call_ids(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as books:
        return [call for (call,) in books.execute("SELECT call_id FROM intents ORDER BY seq")]


async def is_intended(ledger: StoredLedger, call_id: str) -> bool:
    try:
        await ledger.intent(question(call_id), PAID)
    except LedgerDown:
        return False
    return True


@pytest.mark.parametrize("lost", [removed, renamed, emptied_anew, copied_over, folder_renamed, cut])
async def test_a_file_that_is_not_at_its_place_takes_no_intent(
    path: Path, lost: Callable[[Path], None]
) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert await is_intended(ledger, "before")
        lost(path)
        assert not any([await is_intended(ledger, f"after-{n}") for n in range(5)])


async def test_a_file_that_is_put_back_is_written_again(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert await is_intended(ledger, "before")
        renamed(path)
        assert not await is_intended(ledger, "meanwhile-1")
        assert not await is_intended(ledger, "meanwhile-2")
        put_back(path)
        assert await is_intended(ledger, "after")

    assert {"before", "after"} <= set(call_ids(path))
    async with opened(sqlite_ledger(path)) as ledger:
        assert (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks == ()


async def test_a_log_that_is_removed_costs_no_row(path: Path) -> None:
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert await is_intended(ledger, "before")
        log_removed(path)
        assert not await is_intended(ledger, "meanwhile")
        assert await is_intended(ledger, "after")

    assert call_ids(path) == ["before", "meanwhile", "after"]


async def written(path: Path) -> None:
    """Leave a ledger behind, its heads and a copy of it that is older."""
    for number in range(2):
        async with opened(sqlite_ledger(path)) as ledger:
            await ledger.intent(question(f"call-{number}"), Effect.FREE)
        if not number:
            shutil.copy(path, path.with_name("older.db"))


def older(path: Path) -> None:
    shutil.copy(path.with_name("older.db"), path)


@pytest.mark.parametrize("lost", [removed, renamed, emptied_anew, older])
async def test_a_start_beside_heads_that_know_of_more_rows_is_refused(
    path: Path, lost: Callable[[Path], None]
) -> None:
    await written(path)
    lost(path)
    files = names(path)
    for _ in range(2):
        ledger = sqlite_ledger(path)
        with pytest.raises(RowsMissing, match="heads file away") as refused:
            await ledger.start()
        await ledger.aclose()

    assert str(path) in str(refused.value)
    assert names(path) == files


async def test_a_file_that_is_put_back_before_a_start_is_opened(path: Path) -> None:
    await written(path)
    renamed(path)
    with pytest.raises(RowsMissing):
        await sqlite_ledger(path).start()
    path.with_name("moved.db").rename(path)

    async with opened(sqlite_ledger(path)) as ledger:
        assert (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks == ()


async def test_acknowledged_rows_in_the_log_outlive_a_start_without_their_file(path: Path) -> None:
    """Beside an empty file SQLite removes the log, and with it what was not moved to the file."""
    async with opened(sqlite_ledger(path, LoopClock())) as ledger:
        assert await is_intended(ledger, "paid")
        # A kill: the log stays, and its rows are nowhere else.
        for name in (path.name, f"{path.name}-wal", f"{path.name}.heads"):
            target = path.parent.parent / "killed" / name
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path.with_name(name), target)
    killed = path.parent.parent / "killed" / path.name
    renamed(killed)
    with pytest.raises(RowsMissing):
        await sqlite_ledger(killed).start()
    killed.with_name("moved.db").rename(killed)

    async with opened(sqlite_ledger(killed)):
        pass
    assert call_ids(killed) == ["paid"]


async def test_whoever_moves_the_heads_away_goes_on_without_the_rows(path: Path) -> None:
    await written(path)
    removed(path)
    heads = heads_beside(path, KEY).file
    heads.rename(heads.with_name("heads.kept"))

    async with opened(sqlite_ledger(path)) as ledger:
        await ledger.intent(question("anew"), Effect.FREE)
    assert call_ids(path) == ["anew"]
