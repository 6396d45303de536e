"""A ledger of any version becomes today's, and loses no row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from connectors.errors import LedgerDown
from connectors.words import Billed, Effect, Outcome
from gateway.store.ledger.contract import Source
from gateway.store.ledger.migrations import running
from gateway.store.ledger.tables import CHAINED, MUTABLE, written
from gateway.store.ledger.verify import verify

from ..ledger_reader import LedgerReader
from ..ledger_rows import GRANT, KEY, ending, question, sqlite_ledger

FIRST = """
CREATE TABLE inquiries (seq INTEGER PRIMARY KEY, inquiry_id TEXT NOT NULL, tenant TEXT NOT NULL,
    caller TEXT NOT NULL, product TEXT NOT NULL, purpose TEXT, consent_id TEXT,
    consent_expires_at TEXT, subject_token TEXT NOT NULL, decision TEXT NOT NULL,
    reason TEXT NOT NULL, connectors TEXT NOT NULL, config_version TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE intents (seq INTEGER PRIMARY KEY, call_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    inquiry_id TEXT NOT NULL, tenant TEXT NOT NULL, connector TEXT NOT NULL, effect TEXT NOT NULL,
    subject_token TEXT NOT NULL, purpose TEXT NOT NULL, consent_id TEXT,
    config_version TEXT NOT NULL, our_reference TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE outcomes (seq INTEGER PRIMARY KEY, call_id TEXT NOT NULL, outcome TEXT NOT NULL,
    billed TEXT NOT NULL, cost TEXT NOT NULL, currency TEXT NOT NULL,
    bureau_reference TEXT NOT NULL, latency_ms REAL NOT NULL, at TEXT NOT NULL);
CREATE TABLE served (seq INTEGER PRIMARY KEY, inquiry_id TEXT NOT NULL, tenant TEXT NOT NULL,
    connector TEXT NOT NULL, served_from TEXT NOT NULL, call_id TEXT NOT NULL, at TEXT NOT NULL);
CREATE TRIGGER intents_no_delete BEFORE DELETE ON intents
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE UNIQUE INDEX intents_call_id ON intents (call_id);
CREATE INDEX outcomes_call_id ON outcomes (call_id);
PRAGMA user_version = 1;
INSERT INTO inquiries VALUES (1, 'i-1', 'lender', 'loans', 'first_look', 'CREDIT_ORIGINATION',
    'c-1', NULL, 'token', 'GRANTED', '', '["acme_score"]', 'v1',
    '2025-10-09T09:10:00.000000+00:00');
INSERT INTO intents VALUES (1, 'call-1', 1, 'i-1', 'lender', 'acme_score', 'chargeable', 'token',
    'CREDIT_ORIGINATION', 'c-1', 'v1', 'ref-1', '2025-10-09T09:10:00.000000+00:00');
INSERT INTO intents VALUES (2, 'call-2', 1, 'i-1', 'lender', 'acme_score', 'chargeable', 'token',
    'CREDIT_ORIGINATION', 'c-1', 'v1', 'ref-2', '2025-10-09T09:10:00.000000+00:00');
INSERT INTO outcomes VALUES (1, 'call-1', 'HIT', 'YES', '1.50', 'EUR', 'b-1', 12.345,
    '2025-10-09T09:10:01.000000+00:00');
INSERT INTO served VALUES (1, 'i-1', 'lender', 'acme_score', 'CACHE', 'call-1',
    '2025-10-09T09:10:02.000000+00:00');
"""
"""What the first gateway made, and some rows of it."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def first(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST)


async def test_the_rows_of_the_first_ledger_go_along_and_are_chained(path: Path) -> None:
    first(path)
    ledger = sqlite_ledger(path)
    await ledger.start()
    await ledger.inquiry(GRANT)
    report = await verify(ledger.reading, ledger.instance.heads, KEY)
    answered, left = await ledger.calls("lender", "i-1")
    await ledger.aclose()

    assert report.breaks == () and report.rows == 7
    assert (answered.caller, answered.outcome, answered.billed) == (
        *("loans", Outcome.HIT, Billed.YES),
    )
    assert (left.billed, left.source) == (Billed.UNKNOWN, Source.RECOVERY)
    reader = LedgerReader(path)
    first_outcome = reader.calls()[0].outcome
    assert first_outcome is not None and first_outcome.latency_ms == 12.345
    assert [row.call_id for row in reader.served()] == ["call-1"]


async def test_from_then_on_they_can_not_be_changed_either(path: Path) -> None:
    first(path)
    ledger = sqlite_ledger(path)
    await ledger.start()
    await ledger.aclose()
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("DELETE FROM served")
        connection.execute("DROP TRIGGER outcomes_no_update")
        connection.execute("UPDATE outcomes SET cost = '0' WHERE seq = 4")
        connection.commit()

    await ledger.reading.start()
    (found,) = (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks
    assert (found.instance, found.chain_seq) == ("before", 4)


async def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    first(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE holds (mine)")

    ledger = sqlite_ledger(path)
    with pytest.raises(LedgerDown):
        await ledger.start()
    await ledger.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM intents").fetchall() == [(2,)]
        assert connection.execute("PRAGMA user_version").fetchall() == [(1,)]


async def test_a_ledger_of_a_later_gateway_is_left_alone(path: Path) -> None:
    ledger = sqlite_ledger(path)
    await ledger.start()
    await ledger.aclose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    later = sqlite_ledger(path)
    with pytest.raises(LedgerDown, match="version 9999"):
        await later.start()
    await later.aclose()


def test_the_tables_are_those_that_are_written(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        running.migrate(connection, KEY)
        found = {
            table: tuple(column["name"] for column in inspect(connection).get_columns(table))
            for table in inspect(connection).get_table_names()
        }
    engine.dispose()
    del found["alembic_version"]

    assert found == {**{table: written(table) for table in CHAINED}, **MUTABLE}


def test_the_newest_is_the_newest() -> None:
    scripts = ScriptDirectory(str(Path(running.__file__).parent))

    assert scripts.get_current_head() == running.NEWEST


async def test_a_second_process_is_refused(path: Path) -> None:
    ledger, second = sqlite_ledger(path), sqlite_ledger(path)
    await ledger.start()
    with pytest.raises(LedgerDown, match="in use"):
        await second.start()
    await second.aclose()
    await ledger.intent(question("call-1"), Effect.CHARGEABLE)
    await ledger.outcome(question("call-1"), ending())
    await ledger.aclose()

    third = sqlite_ledger(path)
    await third.start()
    await third.aclose()
