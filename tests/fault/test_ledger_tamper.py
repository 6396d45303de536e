# ruff: noqa: S608 - who tampers puts statements together
"""Whoever changes the ledger's file behind its back is found out, whatever the change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from connectors.words import Billed, Effect, Outcome, ServedFrom
from gateway.store.ledger.chain.heads import Head, Heads, Mark
from gateway.store.ledger.contract import ServedRow
from gateway.store.ledger.sqlite.opening import heads_beside
from gateway.store.ledger.sqlite.reading import InlineReading
from gateway.store.ledger.tables import CHAINED, INTEGERS, written
from gateway.store.ledger.verify import Report, verify

from ..bars import record
from ..counts import count, seed
from ..ledger_rows import GRANT, KEY, ending, question, sqlite_ledger

TAMPERINGS = count(1_000, 2_000)
TABLES = sorted(CHAINED)


@dataclass(frozen=True, slots=True)
class Kept:
    """Heads that nobody reached."""

    heads: tuple[Head, ...]

    async def mark(self, mark: Mark) -> Head:
        raise NotImplementedError

    async def all(self) -> tuple[Head, ...]:
        return self.heads


@dataclass(frozen=True, slots=True)
class Evidence:
    """A ledger of three instances, an older copy of its file, and its heads."""

    file: bytes
    older: bytes
    heads: Heads


@pytest.fixture
async def evidence(tmp_path: Path) -> Evidence:
    path, older = tmp_path / "ledger.db", b""
    for instance in range(3):
        ledger = sqlite_ledger(path)
        await ledger.start()
        await ledger.inquiry(GRANT)
        for number in range(4):
            query = question(f"call-{instance}-{number}")
            await ledger.intent(query, Effect.CHARGEABLE)
            billed = Billed.UNKNOWN if number else Billed.YES
            await ledger.outcome(query, ending(Outcome.HIT, f"b-{number}", billed))
        await ledger.served((ServedRow("i-1", "lender", "acme", ServedFrom.CACHE, "call-0"),) * 3)
        await ledger.aclose()
        older = older or path.read_bytes()
    heads = await heads_beside(path, KEY).all()
    return Evidence(unguarded(path.read_bytes()), unguarded(older), Kept(heads))


async def verified(file: sqlite3.Connection, evidence: Evidence) -> Report:
    return await verify(InlineReading(file), evidence.heads, KEY)


def opened(content: bytes) -> sqlite3.Connection:
    """Open a copy in memory."""
    file = sqlite3.connect(":memory:", isolation_level=None)
    file.deserialize(content)
    return file


def unguarded(content: bytes) -> bytes:
    """Take triggers and indexes away, as whoever may do anything with a file."""
    # It was written in another journal mode, which memory does not have.
    file = opened(content[:18] + b"\x01\x01" + content[20:])
    for kind, name in file.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') "
        "AND sql IS NOT NULL"
    ).fetchall():
        file.execute(f"DROP {kind} {name}")
    with closing(file):
        return file.serialize()


Change = Callable[[sqlite3.Connection, Random, str], object]


def edit(file: sqlite3.Connection, random: Random, table: str) -> None:
    column = random.choice(written(table))
    seq, old = random.choice(file.execute(f"SELECT seq, {column} FROM {table}").fetchall())
    new: object = (old or 0) + 1000 if column in INTEGERS else f"{old}x"
    if column not in INTEGERS and random.random() < 0.3:
        new = random.choice([b"blob", "", 7.5]) if old != "" else "x"
    file.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (new, seq))


def delete(file: sqlite3.Connection, random: Random, table: str) -> None:
    (seq,) = random.choice(file.execute(f"SELECT seq FROM {table}").fetchall())
    file.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))


def swap(file: sqlite3.Connection, random: Random, table: str) -> None:
    column = random.choice(["seq", "chain_seq", "hash"])
    rows = file.execute(f"SELECT seq, {column} FROM {table}").fetchall()
    (one, first), (two, second) = random.sample(rows, 2)
    if column == "seq":
        for old, new in ((one, -1), (two, one), (-1, two)):
            file.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (new, old))
        return
    if first == second:
        first = 99
    file.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (second, one))
    file.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (first, two))


def duplicate(file: sqlite3.Connection, random: Random, table: str) -> None:
    columns = ", ".join(written(table)[1:])
    (seq,) = random.choice(file.execute(f"SELECT seq FROM {table}").fetchall())
    file.execute(
        f"INSERT INTO {table} (seq, {columns}) SELECT 9999, {columns} FROM {table} WHERE seq = ?",
        (seq,),
    )


def invent(file: sqlite3.Connection, random: Random, table: str) -> None:
    """Add a row behind an end, or of an instance that never was."""
    columns = written(table)[1:-3]
    instances = [name for (name,) in file.execute(f"SELECT DISTINCT instance FROM {table}")]
    instance = random.choice([*instances, "0" * 32])
    values = ", ".join(columns)
    file.execute(
        f"INSERT INTO {table} SELECT 9999, {values}, ?, 1 + (SELECT max(chain_seq) FROM {table}), "
        f"hash FROM {table} LIMIT 1",
        (instance,),
    )


def truncate(file: sqlite3.Connection, random: Random, _: str) -> None:
    """Take away the end of one instance, or of all, in all tables."""
    (instance,) = random.choice(file.execute("SELECT DISTINCT instance FROM intents").fetchall())
    beyond = random.randint(0, 11)
    for table in TABLES:
        file.execute(
            f"DELETE FROM {table} WHERE instance = ? AND chain_seq > ?", (instance, beyond)
        )


def forget(file: sqlite3.Connection, random: Random, _: str) -> None:
    (instance,) = random.choice(file.execute("SELECT DISTINCT instance FROM intents").fetchall())
    for table in TABLES:
        file.execute(f"DELETE FROM {table} WHERE instance = ?", (instance,))


def relink(file: sqlite3.Connection, random: Random, table: str) -> None:
    """Give a row the hash of another."""
    rows = file.execute(f"SELECT seq, hash FROM {table}").fetchall()
    (seq, _), (_, other) = random.sample(rows, 2)
    file.execute(f"UPDATE {table} SET hash = ? WHERE seq = ?", (other, seq))


CHANGES: tuple[Change, ...] = (
    *(edit, edit, edit, delete, swap, duplicate, invent, truncate, forget, relink),
)


def tampered(evidence: Evidence, seed: str) -> Iterator[sqlite3.Connection]:
    random = Random(seed)
    change = random.choice(CHANGES)
    with closing(opened(evidence.file)) as file:
        change(file, random, random.choice(TABLES))
        yield file


async def test_what_was_not_touched_verifies(evidence: Evidence) -> None:
    with closing(opened(evidence.file)) as file:
        report = await verified(file, evidence)

    assert (report.rows, report.instances, report.breaks) == (36, 3, ())


async def test_every_tampering_is_found(evidence: Evidence) -> None:
    first = seed(4)
    missed = [
        number
        for number in range(TAMPERINGS)
        for file in tampered(evidence, f"{first}-{number}")
        if not (await verified(file, evidence)).breaks
    ]

    record("tamper", f"{TAMPERINGS:,} changes: {len(missed)} missed, SEED={first}")
    assert missed == []


async def test_a_file_that_was_put_back_to_an_older_one_is_found(evidence: Evidence) -> None:
    with closing(opened(evidence.older)) as file:
        report = await verified(file, evidence)

    assert [found.what for found in report.breaks] == ["rows are missing at the end"] * 2


@pytest.mark.parametrize("line", range(6))
async def test_a_head_can_not_be_taken_out_or_changed(evidence: Evidence, line: int) -> None:
    heads = list(await evidence.heads.all())
    del heads[line]
    changed = Evidence(evidence.file, evidence.older, Kept(tuple(heads)))

    with closing(opened(evidence.file)) as file:
        assert (await verified(file, changed)).breaks or line == 5


async def test_a_break_tells_its_place_and_nothing_of_the_row(evidence: Evidence) -> None:
    with closing(opened(evidence.file)) as file:
        file.execute("UPDATE intents SET subject_token = 'CANARY' WHERE call_id = 'call-1-2'")
        (found,) = (await verified(file, evidence)).breaks

    assert (found.chain_seq, found.what) == (6, "a row is not as it was written")
    assert "CANARY" not in repr(found)
