"""What a ledger promises, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.contract import Reply
from connectors.errors import LedgerDown, Unresolved
from connectors.kit import Ending
from connectors.words import Billed, Effect, Outcome, ServedFrom
from gateway.store.ledger import entries
from gateway.store.ledger.book.guards import Release, StillUnknown, Unanswered, Unsent
from gateway.store.ledger.contract import ClaimState, RefusalRow, Resolved, ServedRow, Source, Taken
from gateway.store.ledger.reading.calls import Sought, search, unknown
from gateway.store.ledger.reading.history import LedgerHistory, usage
from gateway.store.ledger.stored import NEVER_SENT, StoredLedger
from gateway.store.ledger.tables import CHAINED
from gateway.store.ledger.verify import verify
from gateway.store.writing.entry import BadRow, Row

from ..ledger_databases import Database, database, killed
from ..ledger_rows import EXPIRES, GRANT, KEY, claim, ending, question
from ..standins import HandClock

HARD, PAID, FREE = Effect.HARD_INQUIRY, Effect.CHARGEABLE, Effect.FREE
REPLY = Reply(
    "acme_score", "1.0.0", Outcome.HIT, b"\x0a\x00", billed=Billed.YES, cost=Decimal("1.50")
)


@pytest.fixture(params=["sqlite", "postgresql"])
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with database(
        request.param, tmp_path, lambda: str(request.getfixturevalue("postgres"))
    ) as found:
        yield found


@pytest.fixture
async def ledger(home: Database) -> AsyncIterator[StoredLedger]:
    async with home.opened() as opened:
        yield opened


async def fill(ledger: StoredLedger, call_id: str = "call-1") -> None:
    await ledger.inquiry(GRANT)
    await ledger.intent(question(call_id), PAID)
    await ledger.outcome(question(call_id), ending(), REPLY)
    await ledger.served((ServedRow("i-1", "lender", "acme_score", ServedFrom.CACHE, call_id),))


async def test_it_tells_who_lives_and_not_whom_it_has_taken_over_from(home: Database) -> None:
    dead = home.ledger()
    await dead.start()
    assert await dead.instances() == (frozenset({dead.instance.chain.instance}), 1)
    await killed(dead)
    await home.ask("UPDATE instances SET seen_at = '2020-01-01T00:00:00Z'")

    async with home.opened() as ledger:
        assert await ledger.instances() == (frozenset({ledger.instance.chain.instance}), 2)


async def test_a_row_is_there_when_its_writer_is_told(ledger: StoredLedger, home: Database) -> None:
    await ledger.intent(question("call-1"), PAID)

    assert await home.ask("SELECT call_id, caller, price FROM intents") == [
        ("call-1", "loans", "1.50")
    ]


async def test_rows_stand_in_the_order_of_the_calls(ledger: StoredLedger, home: Database) -> None:
    await asyncio.gather(*(ledger.intent(question(f"call-{n}"), FREE) for n in range(200)))

    rows = await home.ask("SELECT call_id FROM intents ORDER BY seq")
    assert rows == [(f"call-{n}",) for n in range(200)]


async def test_a_call_is_read_back_with_what_became_of_it(ledger: StoredLedger) -> None:
    await fill(ledger)
    (call,) = await ledger.calls("lender", "i-1")

    assert (call.product, call.caller, call.effect) == ("first_look", "loans", PAID)
    assert (call.outcome, call.billed, call.cost) == (Outcome.HIT, Billed.YES, Decimal("1.50"))
    assert (call.source, call.currency) == (Source.ATTEMPT, "EUR")
    assert not call.is_unknown
    assert await ledger.calls("other", "i-1") == []


@pytest.mark.parametrize("table", CHAINED)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = ''", "DELETE FROM {}"])
async def test_a_row_can_not_be_changed_or_removed(
    ledger: StoredLedger, home: Database, table: str, change: str
) -> None:
    await fill(ledger)

    with pytest.raises(Exception, match="append-only"):
        await home.ask(change.format(table))


async def test_a_bad_row_fails_alone(ledger: StoredLedger) -> None:
    results = await asyncio.gather(
        *(ledger.intent(question(name), FREE) for name in ("a", "b", "b", "c")),
        return_exceptions=True,
    )

    assert [type(result) for result in results if result is not None] == [BadRow]
    assert [call.call_id for call in await ledger.calls("lender", "i-1")] == ["a", "b", "c"]


async def test_of_equal_claims_one_is_granted_and_the_others_leave_no_row(
    ledger: StoredLedger, home: Database
) -> None:
    results = await asyncio.gather(
        *(ledger.inquiry(GRANT, claim()) for _ in range(20)), return_exceptions=True
    )
    lost = [result for result in results if isinstance(result, Taken)]

    assert len(lost) == 19 and results.count(None) == 1
    assert {taken.claimed.state for taken in lost} == {ClaimState.RUNNING}
    assert await home.ask("SELECT count(*) FROM inquiries") == [(1,)]


async def test_a_claim_stands_until_it_is_released(ledger: StoredLedger) -> None:
    await ledger.inquiry(GRANT, claim())
    await ledger.close_claim(claim(), ClaimState.DONE, b"\x00kept")

    with pytest.raises(Taken) as taken:
        await ledger.inquiry(GRANT, claim())
    assert taken.value.claimed == await ledger.claimed("lender", "i-1")
    assert taken.value.claimed.kept == b"\x00kept"
    assert taken.value.claimed.claim == claim()

    await ledger.close_claim(claim(), ClaimState.RELEASED, None)
    with pytest.raises(Taken):
        await ledger.inquiry(GRANT, claim("another body"))
    await ledger.inquiry(GRANT, claim())
    found = await ledger.claimed("lender", "i-1")
    assert found is not None and (found.state, found.kept) == (ClaimState.RUNNING, None)


async def test_of_many_who_take_over_what_did_not_end_one_does(
    ledger: StoredLedger, home: Database
) -> None:
    mine = replace(claim(), request=b"\x00sealed")
    await ledger.inquiry(GRANT, mine)
    await ledger.close_claim(mine, ClaimState.UNKNOWN, b"kept")
    seen = await ledger.claimed("lender", "i-1")
    assert seen is not None and seen.claim.request == b"\x00sealed"

    for stale in (replace(seen, state=ClaimState.RUNNING), replace(seen, instance="another")):
        with pytest.raises(Taken):
            await ledger.inquiry(GRANT, mine, stale)
    with pytest.raises(Taken):
        await ledger.inquiry(GRANT, claim("another body"), seen)
    assert await ledger.claimed("lender", "i-1") == seen

    takings = (ledger.inquiry(GRANT, mine, seen) for _ in range(5))
    results = await asyncio.gather(*takings, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), *[Taken] * 4]
    found = await ledger.claimed("lender", "i-1")
    assert found is not None and (found.state, found.kept) == (ClaimState.RUNNING, None)
    assert await home.ask("SELECT count(*) FROM inquiries") == [(2,)]


async def test_who_came_back_is_told_from_who_asked(ledger: StoredLedger, home: Database) -> None:
    await ledger.inquiry(replace(GRANT, replayed=True))

    assert await home.ask("SELECT decision FROM inquiries") == [("REPLAYED",)]


async def test_a_question_that_others_wait_for_is_asked_though_its_first_asker_left(
    ledger: StoredLedger,
) -> None:
    await ledger.inquiry(GRANT, claim())
    await ledger.close_claim(claim(), ClaimState.UNKNOWN, None)
    await ledger.intent(question("call-1"), PAID)

    (call,) = await ledger.calls("lender", "i-1")
    assert call.is_unknown


async def test_a_claim_that_is_kept_no_longer_is_none(home: Database) -> None:
    clock = HandClock()
    async with home.opened(clock) as ledger:
        short = replace(claim(), kept_until=clock.utc() + timedelta(seconds=10))
        await ledger.inquiry(GRANT, short)
        clock.seconds += 11

        assert await ledger.claimed("lender", "i-1") is None
        await ledger.inquiry(GRANT, claim("another body"))


async def test_claims_of_two_tenants_do_not_meet(ledger: StoredLedger) -> None:
    await ledger.inquiry(GRANT, claim())
    await ledger.inquiry(replace(GRANT, tenant="other"), replace(claim(), tenant="other"))

    with pytest.raises(Taken):
        await ledger.inquiry(GRANT, claim())


async def test_no_hard_inquiry_follows_one_that_is_open_or_unknown(
    ledger: StoredLedger, home: Database
) -> None:
    first, second = question("call-1", HARD), question("call-2", HARD)
    await ledger.intent(first, HARD)
    with pytest.raises(Unresolved) as refused:
        await ledger.intent(second, HARD)
    assert refused.value.call_id == "call-1"
    await ledger.outcome(first, ending(Outcome.TIMEOUT, billed=Billed.UNKNOWN))
    with pytest.raises(Unresolved):
        await ledger.intent(second, HARD)
    assert await home.ask("SELECT call_id FROM intents") == [("call-1",)]

    await ledger.outcome(first, ending(Outcome.HIT))
    await ledger.intent(second, HARD)


async def test_what_goes_on_gives_no_hold_back(ledger: StoredLedger) -> None:
    submission = question("call-1", HARD)
    await ledger.intent(submission, HARD)
    await ledger.outcome(submission, ending(Outcome.PENDING, billed=Billed.NO))

    with pytest.raises(Unresolved):
        await ledger.intent(question("call-2", HARD), HARD)

    await ledger.outcome(submission, ending(Outcome.NO_HIT, billed=Billed.NO))
    await ledger.intent(question("call-2", HARD), HARD)


async def test_a_hold_is_per_subject_connector_and_purpose(
    ledger: StoredLedger, home: Database
) -> None:
    first = question("call-1", HARD)
    await ledger.intent(first, HARD)
    standing = replace(first.standing, subject_token="another")

    await ledger.intent(replace(question("call-2", HARD), standing=standing), HARD)
    await ledger.intent(replace(question("call-3", HARD), connector="other"), HARD)
    await ledger.intent(question("call-4"), PAID)

    rows = await home.ask("SELECT call_id FROM intents ORDER BY seq")
    assert rows == [("call-1",), ("call-2",), ("call-3",), ("call-4",)]


async def test_who_acknowledges_an_unknown_call_takes_its_hold_over(ledger: StoredLedger) -> None:
    await ledger.intent(question("call-1", HARD), HARD)
    await ledger.intent(question("call-2", HARD, acknowledged=frozenset({"call-1"})), HARD)

    with pytest.raises(Unresolved) as refused:
        await ledger.intent(question("call-3", HARD, acknowledged=frozenset({"call-1"})), HARD)
    assert refused.value.call_id == "call-2"
    # What becomes known of the first gives nothing back that it no longer holds.
    await ledger.outcome(question("call-1", HARD), ending())
    with pytest.raises(Unresolved):
        await ledger.intent(question("call-3", HARD), HARD)


async def test_a_hold_that_is_given_back_in_the_commit_of_its_intent_is_not_kept(
    ledger: StoredLedger, home: Database
) -> None:
    # The caller cancels before the commit, and its end is written behind it, in the same batch.
    gone, unsent = question("call-1", HARD), ending(Outcome.UNREACHABLE, billed=Billed.NO)
    told = await asyncio.gather(
        ledger.intent(gone, HARD),
        ledger.outcome(gone, unsent),
        ledger.intent(question("call-2", HARD), HARD),
        return_exceptions=True,
    )

    assert list(told) == [None, None, None]
    assert await home.ask("SELECT call_id FROM holds") == [("call-2",)]


async def test_of_many_hard_inquiries_at_once_one_is_made(ledger: StoredLedger) -> None:
    results = await asyncio.gather(
        *(ledger.intent(question(f"call-{n}", HARD), HARD) for n in range(20)),
        return_exceptions=True,
    )

    assert results.count(None) == 1
    assert sum(isinstance(result, Unresolved) for result in results) == 19


async def test_an_answer_that_was_paid_for_is_kept_sealed(
    ledger: StoredLedger, home: Database
) -> None:
    await fill(ledger)
    await ledger.intent(question("call-2", FREE), FREE)
    unpaid = replace(REPLY, billed=Billed.NO)
    await ledger.outcome(question("call-2", FREE), ending(billed=Billed.NO), unpaid)

    assert await ledger.replies("lender", "i-1") == {"acme_score": REPLY}
    ((call_id, sealed),) = await home.ask("SELECT call_id, sealed FROM replies")
    assert call_id == "call-1" and "acme_score" not in sealed
    assert await ledger.replies("other", "i-1") == {}


async def test_the_last_answer_of_a_connector_counts(ledger: StoredLedger) -> None:
    later = replace(REPLY, outcome=Outcome.NO_HIT)
    for call_id, reply in (("call-1", REPLY), ("call-2", later)):
        await ledger.intent(question(call_id), PAID)
        await ledger.outcome(question(call_id), ending(), reply)

    assert await ledger.replies("lender", "i-1") == {"acme_score": later}


async def test_an_answer_that_was_moved_does_not_open(ledger: StoredLedger, home: Database) -> None:
    await fill(ledger)
    await home.ask("UPDATE replies SET tenant = 'other'")

    assert await ledger.replies("other", "i-1") == {}


async def test_an_answer_that_a_free_message_was_charged_for_is_kept(ledger: StoredLedger) -> None:
    await ledger.inquiry(GRANT)
    await ledger.intent(question("call-1", FREE), FREE)
    await ledger.outcome(question("call-1", FREE), ending(), REPLY)

    assert await ledger.replies("lender", "i-1") == {"acme_score": REPLY}


async def test_answers_are_forgotten_in_time_and_by_subject(home: Database) -> None:
    clock = HandClock()
    async with home.opened(clock) as ledger:
        await fill(ledger)
        await ledger.erase("lender", "another")
        assert await home.ask("SELECT count(*) FROM replies") == [(1,)]
        await ledger.erase("lender", "token")
        assert await home.ask("SELECT count(*) FROM replies") == [(0,)]

        await fill(ledger, "call-2")
        clock.seconds += 31 * 86_400
        assert await ledger.replies("lender", "i-1") == {}
        await ledger.forget()
        assert await home.ask("SELECT count(*) FROM replies") == [(0,)]
        assert len(await ledger.calls("lender", "i-1")) == 2


async def leave_open(home: Database) -> None:
    """Be a process that dies over a paid call, a free one, and claims of both kinds."""
    ledger = home.ledger()
    await ledger.start()
    for name in ("bought", "looked", "unsent", "submitted", "polled"):
        await ledger.inquiry(replace(GRANT, inquiry_id=name), claim(inquiry_id=name))
    await ledger.intent(question("paid", HARD, "bought"), HARD)
    await ledger.intent(question("free", FREE, "looked"), FREE)
    await ledger.intent(question("refused", PAID, "unsent"), PAID)
    await ledger.outcome(
        question("refused", PAID, "unsent"), ending(Outcome.UNREACHABLE, billed=Billed.NO)
    )
    submission = question("submission", PAID, "submitted")
    await ledger.intent(submission, PAID)
    await ledger.outcome(submission, ending(Outcome.PENDING, billed=Billed.NO))
    await ledger.intent(question("poll", FREE, "polled"), FREE)
    await ledger.outcome(question("poll", FREE, "polled"), ending())
    await killed(ledger)
    await time_passes(home)


async def time_passes(home: Database) -> None:
    """Let nobody have given a sign of life for a while, where such are given."""
    if not home.is_sqlite:
        await home.ask("UPDATE instances SET seen_at = (now() - interval '1 minute')::text")


async def test_what_a_dead_process_left_open_is_unknown_at_the_next_start(home: Database) -> None:
    await leave_open(home)
    async with home.opened() as ledger:
        (paid,) = await ledger.calls("lender", "bought")
        (free,) = await ledger.calls("lender", "looked")
        (refused,) = await ledger.calls("lender", "unsent")
        claims = [await ledger.claimed("lender", name) for name in ("bought", "looked", "unsent")]
        states = [found.state for found in claims if found is not None]

        assert (paid.outcome, paid.billed, paid.source) == (
            *(Outcome.LOST, Billed.UNKNOWN, Source.RECOVERY),
        )
        assert paid.cost == Decimal("1.50") and paid.is_unknown
        assert (free.outcome, free.billed) == (Outcome.LOST, Billed.NO)
        assert free.cost == 0
        assert refused.source is Source.ATTEMPT
        assert states == [ClaimState.UNKNOWN, ClaimState.RELEASED, ClaimState.RELEASED]
        for name in ("submitted", "polled"):
            found = await ledger.claimed("lender", name)
            assert found is not None and found.state is ClaimState.UNKNOWN
        with pytest.raises(Unresolved):
            await ledger.intent(question("again", HARD), HARD)
        await ledger.inquiry(replace(GRANT, inquiry_id="looked"), claim(inquiry_id="looked"))
        assert (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks == ()


async def test_what_is_recovered_is_recovered_once(home: Database) -> None:
    await leave_open(home)
    for _ in range(2):
        async with home.opened():
            pass

    assert await home.ask("SELECT count(*) FROM outcomes") == [(5,)]


@pytest.mark.parametrize(
    ("inquiry_id", "state"), [("bought", ClaimState.UNKNOWN), ("unsent", ClaimState.RELEASED)]
)
async def test_a_claim_that_a_clean_stop_left_open_is_recovered_as_from_the_dead(
    home: Database, inquiry_id: str, state: ClaimState
) -> None:
    async with home.opened() as first:
        await first.inquiry(replace(GRANT, inquiry_id=inquiry_id), claim(inquiry_id=inquiry_id))
        if state is ClaimState.UNKNOWN:
            await first.intent(question("call-1", PAID, inquiry_id), PAID)
            await first.outcome(question("call-1", PAID, inquiry_id), ending())
        # What closes the claim met a ledger that was down.
    await time_passes(home)
    async with home.opened() as second:
        found = await second.claimed("lender", inquiry_id)
        assert found is not None
        assert (found.state, found.elsewhere) == (state, False)
        assert (await verify(second.reading, second.instance.heads, KEY)).breaks == ()


async def test_what_becomes_known_later_is_another_row_and_counts(home: Database) -> None:
    await leave_open(home)
    async with home.opened() as ledger:
        (call,) = await unknown(ledger.reading, HandClock().utc())
        assert call.call_id == "paid"
        await ledger.resolve(call, ending(Outcome.HIT), Source.BILLING_FILE)

        assert await unknown(ledger.reading, HandClock().utc()) == []
        (call,) = await ledger.calls("lender", "bought")
        assert (call.billed, call.source) == (Billed.YES, Source.BILLING_FILE)
        await ledger.intent(question("again", HARD), HARD)


async def test_what_is_known_is_not_said_otherwise_by_who_was_not_there(
    ledger: StoredLedger, home: Database
) -> None:
    never = ending(Outcome.UNREACHABLE, billed=Billed.NO)
    for name in ("call-1", "call-2"):
        query = replace(question(name, HARD), connector=name)
        await ledger.intent(query, HARD)
        await ledger.outcome(query, ending(Outcome.TIMEOUT, billed=Billed.UNKNOWN))
    late, other = await ledger.calls("lender", "i-1")
    told = await asyncio.gather(
        # Its answer comes in the same batch, and in the batch before.
        ledger.outcome(question("call-1", HARD), ending()),
        ledger.resolve(late, never, Source.STATUS_QUERY),
        ledger.resolve(other, ending(Outcome.LOST, billed=Billed.UNKNOWN), Source.STATUS_QUERY),
        return_exceptions=True,
    )
    with pytest.raises(Resolved):
        await ledger.resolve(late, never, Source.BY_HAND)

    assert [type(result) for result in told] == [type(None), Resolved, type(None)]
    assert (await ledger.calls("lender", "i-1"))[0].billed is Billed.YES
    assert await home.ask("SELECT call_id FROM holds") == [("call-2",)]
    await ledger.resolve(other, never, Source.BY_HAND)
    assert await home.ask("SELECT call_id FROM holds") == []


async def test_only_a_persons_or_a_bills_word_is_corrected(ledger: StoredLedger) -> None:
    never = ending(Outcome.UNREACHABLE, billed=Billed.NO)
    for name in ("unknown", "answered", "asked", "settled"):
        query = replace(question(name, PAID), connector=name)
        await ledger.intent(query, PAID)
        how = Billed.YES if name == "answered" else Billed.UNKNOWN
        await ledger.outcome(query, ending(Outcome.LOST, billed=how))
    open_still, answered, asked, settled = await ledger.calls("lender", "i-1")
    await ledger.resolve(asked, never, Source.STATUS_QUERY)
    told = await asyncio.gather(
        # What it corrects comes in the same batch.
        ledger.resolve(settled, never, Source.BILLING_FILE),
        *(ledger.correct(call, ending()) for call in (settled, open_still, answered, asked)),
        return_exceptions=True,
    )

    assert [type(result) for result in told] == [type(None), type(None), *[Resolved] * 3]
    (found,) = [one for one in await ledger.calls("lender", "i-1") if one.call_id == "settled"]
    assert (found.billed, found.source) == (Billed.YES, Source.BY_HAND)
    await ledger.correct(found, never)
    (found,) = [one for one in await ledger.calls("lender", "i-1") if one.call_id == "settled"]
    assert (found.billed, found.source) == (Billed.NO, Source.BY_HAND)


@pytest.mark.parametrize("effect", [PAID, HARD])
async def test_what_is_owed_is_written_once_and_only_of_what_was_intended(
    ledger: StoredLedger, home: Database, effect: Effect
) -> None:
    for name in ("ended", "open", "unsent"):
        standing = replace(question(name, effect).standing, subject_token=name)
        await ledger.intent(replace(question(name, effect), standing=standing), effect)
    await ledger.outcome(question("ended", effect), ending(Outcome.LOST, billed=Billed.UNKNOWN))
    owed, now = ledger.instance.owed, "2026-01-01"

    def end(call_id: str, what: Ending) -> tuple[Row, ...]:
        return (entries.outcome(call_id, what, "EUR", "", now),)

    lost = ending(Outcome.LOST, billed=Billed.UNKNOWN)
    owed.owe(end("ended", lost), Unanswered("ended"))
    owed.owe(end("open", ending()), StillUnknown("open", Release("open")))
    owed.owe(end("unsent", NEVER_SENT), Unsent("unsent", Release("unsent")))
    owed.owe(end("nobody", NEVER_SENT), Unsent("nobody", Release("nobody")))
    await owed.pay()

    said = "SELECT call_id, outcome FROM outcomes ORDER BY call_id"
    assert await home.ask(said) == [("ended", "LOST"), ("open", "HIT"), ("unsent", "UNREACHABLE")]
    kept = [("ended",)] if effect is HARD else []
    assert await home.ask("SELECT call_id FROM holds") == kept
    assert len(owed) == 0


async def test_history_counts_attempts_and_what_they_cost(home: Database) -> None:
    clock = HandClock()
    async with home.opened(clock) as ledger:
        history, begun = LedgerHistory(ledger.reading), clock.utc()
        await fill(ledger)
        await ledger.intent(question("open"), PAID)
        await ledger.intent(question("free", FREE), FREE)

        day = begun, begun + timedelta(days=1)
        assert await history.attempts(frozenset({"acme_score", "other"}), *day) == 3
        assert await history.spent("lender", "loans", *day) == Decimal("3.00")
        assert await history.spent("lender", "others", *day) == 0
        # What was stamped with a later day, be it by a clock that was wrong, is no earlier one's.
        for other in (day[1], day[1] + timedelta(days=1)), (begun - timedelta(days=1), begun):
            assert await history.attempts(frozenset({"acme_score"}), *other) == 0
            assert await history.spent("lender", "loans", *other) == 0


async def test_usage_is_summed_by_caller_product_connector_and_day(home: Database) -> None:
    clock = HandClock()
    async with home.opened(clock) as ledger:
        await fill(ledger)
        await ledger.intent(question("open"), PAID)
        (line,) = await usage(ledger.reading, clock.utc(), EXPIRES)

        assert (line.caller, line.product, line.connector) == ("loans", "first_look", "acme_score")
        assert (line.calls, line.billed, line.unknown) == (2, 1, 1)
        assert (line.cost, line.currency, line.day) == (Decimal("3.00"), "EUR", "2025-10-09")


async def test_a_search_finds_by_each_of_its_words(home: Database) -> None:
    clock = HandClock()
    async with home.opened(clock) as ledger:
        await fill(ledger)

        for sought, found in (
            (Sought(tenant="lender", subject_token="token"), 1),
            (Sought(tenant="lender", caller="others"), 0),
            (Sought(connector="acme_score", since=clock.utc()), 1),
            (Sought(connector="acme_score", until=clock.utc()), 0),
            (Sought(), 1),
        ):
            assert len(await search(ledger.reading, sought)) == found


async def test_a_refusal_says_why_and_needs_to_know_little(
    ledger: StoredLedger, home: Database
) -> None:
    await ledger.refusal(RefusalRow("i-2", "CONSENT_EXPIRED", "v1"))

    rows = await home.ask("SELECT decision, reason, tenant, purpose FROM inquiries")
    assert rows == [("REFUSED", "CONSENT_EXPIRED", "", None)]


async def test_a_closed_ledger_takes_nothing(home: Database) -> None:
    async with home.opened() as ledger:
        pass

    with pytest.raises(LedgerDown):
        await ledger.inquiry(GRANT)


async def test_a_chain_goes_over_all_tables_and_over_restarts(home: Database) -> None:
    for call_id in ("call-1", "call-2"):
        async with home.opened() as ledger:
            await fill(ledger, call_id)
    async with home.opened() as ledger:
        report = await verify(ledger.reading, ledger.instance.heads, KEY)

        assert (report.rows, report.instances, report.breaks) == (8, 3, ())
        assert (await verify(ledger.reading, ledger.instance.heads, b"other" * 8)).breaks
