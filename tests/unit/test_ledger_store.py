import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.errors import LedgerDown
from connectors.words import Billed, Effect, Outcome, ServedFrom
from gateway.clock import LoopClock
from gateway.store.ledger.contract import RefusalRow, ServedRow
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.tables import CHAINED
from gateway.store.writing.entry import BadRow

from ..ledger_reader import LedgerReader
from ..ledger_rows import CANARY, GRANT, ending, question, sqlite_ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "ledger.db"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[StoredLedger]:
    ledger = sqlite_ledger(path)
    await ledger.start()
    yield ledger
    await ledger.aclose()


def open_to_others(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.stat().st_mode & 0o077]


async def fill(ledger: StoredLedger) -> None:
    await ledger.inquiry(GRANT)
    await ledger.intent(question("call-1"), Effect.CHARGEABLE)
    await ledger.outcome(question("call-1"), ending())
    await ledger.served((ServedRow("i-1", "lender", "acme_score", ServedFrom.CACHE, "call-0"),))


async def test_a_grant_is_read_back_as_it_was_given(ledger: StoredLedger, path: Path) -> None:
    await ledger.inquiry(GRANT)
    (row,) = LedgerReader(path).inquiries()

    assert row.decision == "GRANTED"
    assert row.connectors == GRANT.connectors
    assert row.consent_expires_at == "2030-01-01T00:00:00+00:00"
    assert row.at == "2025-10-09T09:10:00.000000+00:00"


async def test_a_refusal_says_why_and_needs_to_know_little(
    ledger: StoredLedger, path: Path
) -> None:
    await ledger.refusal(RefusalRow("i-2", "UNAUTHENTICATED", "v1"))
    (row,) = LedgerReader(path).inquiries()

    assert (row.decision, row.reason) == ("REFUSED", "UNAUTHENTICATED")
    assert (row.tenant, row.purpose, row.connectors) == ("", None, ())


async def test_a_call_is_an_intent_and_what_became_of_it(ledger: StoredLedger, path: Path) -> None:
    await ledger.intent(question("call-1"), Effect.HARD_INQUIRY)
    await ledger.outcome(question("call-1"), ending(Outcome.NO_HIT))
    (call,) = LedgerReader(path).calls()

    assert call.intent.effect is Effect.HARD_INQUIRY
    assert call.intent.our_reference == "ref-call-1"
    assert call.outcome is not None
    assert (call.outcome.outcome, call.outcome.billed) == (Outcome.NO_HIT, Billed.YES)
    assert (call.outcome.cost, call.outcome.currency) == (Decimal("1.50"), "EUR")
    assert call.outcome.latency_ms == 12.5


async def test_an_intent_without_an_outcome_is_open(ledger: StoredLedger, path: Path) -> None:
    await ledger.intent(question("call-1"), Effect.FREE)
    await ledger.intent(question("call-2"), Effect.FREE)
    await ledger.outcome(question("call-1"), ending())

    assert [intent.call_id for intent in LedgerReader(path).open_intents()] == ["call-2"]
    assert LedgerReader(path).calls()[1].outcome is None


async def test_what_was_given_again_names_the_call_that_bought_it(
    ledger: StoredLedger, path: Path
) -> None:
    row = ServedRow("i-1", "lender", "acme_score", ServedFrom.SHARED, "call-1")
    await ledger.served((row, replace(row, connector="police_id")))
    await ledger.served(())
    first, second = LedgerReader(path).served()

    assert (first.served_from, first.call_id) == (ServedFrom.SHARED, "call-1")
    assert second.connector == "police_id"


@pytest.mark.parametrize("table", CHAINED)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = ''", "DELETE FROM {}"])
async def test_a_row_can_not_be_changed_or_removed(
    ledger: StoredLedger, path: Path, table: str, change: str
) -> None:
    await fill(ledger)

    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(change.format(table))


async def test_nothing_of_a_person_is_in_the_file(ledger: StoredLedger, path: Path) -> None:
    await fill(ledger)
    # Before it closes: what is not yet in the main file stands in the log beside it.
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert b"acme_score" in written
    assert CANARY.encode() not in written


async def test_a_bureau_s_reference_is_capped_and_always_text(
    ledger: StoredLedger, path: Path
) -> None:
    """Else an odd reference would lose the row that says what a paid call brought."""
    await ledger.intent(question("call-1"), Effect.CHARGEABLE)
    await ledger.outcome(question("call-1"), ending(reference="\ud800" + "x" * 5000))
    (call,) = LedgerReader(path).calls()

    assert call.outcome is not None
    assert call.outcome.bureau_reference == "?" + "x" * 254


async def test_a_bad_row_fails_alone(ledger: StoredLedger, path: Path) -> None:
    """One caller's fault must not cost the others of its batch their rows."""
    await ledger.intent(question("call-1"), Effect.FREE)

    with pytest.raises(BadRow, match=r"intents\.call_id"):
        await ledger.intent(question("call-1"), Effect.FREE)
    await ledger.intent(question("call-2"), Effect.FREE)
    assert len(LedgerReader(path).calls()) == 2


async def test_a_closed_ledger_takes_nothing(path: Path) -> None:
    ledger = sqlite_ledger(path, LoopClock())

    with pytest.raises(LedgerDown):
        await ledger.inquiry(GRANT)
    await ledger.start()
    await ledger.aclose()
    await ledger.aclose()
    with pytest.raises(LedgerDown):
        await ledger.inquiry(GRANT)


async def test_a_ledger_goes_on_where_it_ended(path: Path) -> None:
    for call_id in ("call-1", "call-2"):
        ledger = sqlite_ledger(path, LoopClock())
        await ledger.start()
        await ledger.intent(question(call_id), Effect.FREE)
        await ledger.aclose()

    assert [call.intent.call_id for call in LedgerReader(path).calls()] == ["call-1", "call-2"]


async def test_a_ledger_of_another_version_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    ledger = sqlite_ledger(path, LoopClock())
    with pytest.raises(LedgerDown, match="version 99"):
        await ledger.start()
    await ledger.aclose()


async def test_its_files_are_for_nobody_else(ledger: StoredLedger, path: Path) -> None:
    await ledger.inquiry(GRANT)

    assert open_to_others(path.parent) == []
