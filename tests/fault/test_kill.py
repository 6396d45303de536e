"""A process that is killed under load loses no answer that it gave, and buys nothing twice."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from urllib.parse import parse_qs

import pytest

from mock_bureaus import Latency, MockBureaus
from tests import cli
from tests.bars import record
from tests.counts import seed

from .killed import Load, laid_out, served

KILLS = int(os.environ.get("KILLS", "5"))
"""`make fault` kills 200 times."""


@pytest.mark.timeout(120 + 30 * KILLS)
async def test_killed_at_any_moment_it_has_written_down_what_it_did(tmp_path: Path) -> None:
    chance = seed(1)
    load = Load(Random(chance))
    async with MockBureaus(seed=chance) as bureaus:
        bureaus.latency("cardcheck", Latency(40, 400))
        root = laid_out(tmp_path, bureaus)
        dead: set[str] = set()
        for _ in range(KILLS):
            async with served(root) as (port, process):
                await _recovered(root / "ledger.db", dead)
                again = set(load.asked) - load.answered
                await load.until_killed(port, process, again)
            _check(root / "ledger.db", load, bureaus)
            dead = _open(root / "ledger.db")
        async with served(root) as (port, process):
            await _recovered(root / "ledger.db", dead)
            await load.until_answered(port)
            assert await cli.stopped(process) == 0
        _check(root / "ledger.db", load, bureaus)
    record("kill", f"{KILLS} kills, {len(load.asked)} inquiries, {len(load.answered)} answered")
    assert len(load.answered) > KILLS
    assert load.cut_short > KILLS


def _check(ledger: Path, load: Load, bureaus: MockBureaus) -> None:
    hits = Counter(parse_qs(call.body)["certNo"][0] for call in bureaus.calls)
    with closing(sqlite3.connect(ledger)) as books:
        assert books.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        intents = {row[0] for row in books.execute("SELECT inquiry_id FROM intents")}
        ended = {
            row[0]
            for row in books.execute("SELECT inquiry_id FROM intents JOIN outcomes USING (call_id)")
        }
    persons = {person: inquiry for inquiry, person in load.asked.items()}

    assert load.answered <= ended
    assert {persons[person] for person in hits} <= intents
    assert {person: count for person, count in hits.items() if count > 1} == {}


def _open(ledger: Path) -> set[str]:
    """Name the calls of which nobody has written down how they ended."""
    with closing(sqlite3.connect(ledger)) as books:
        rows = books.execute(
            "SELECT call_id FROM intents WHERE call_id NOT IN (SELECT call_id FROM outcomes)"
        )
        return {row[0] for row in rows}


async def _recovered(ledger: Path, dead: set[str]) -> None:
    """Wait until what the dead one left open is classified: ten seconds are promised."""
    async with asyncio.timeout(10):
        while dead & _open(ledger):
            await asyncio.sleep(0.05)
