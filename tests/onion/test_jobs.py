"""A question that is answered later is asked once, and its answer is lost by nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import (
    ConnectorError,
    Duplicate,
    LedgerDown,
    Lost,
    NotCached,
    NotSent,
    TimedOut,
    Unreadable,
    Unresolved,
)
from connectors.faults import ConfigError
from connectors.shape.callback import Unverified
from connectors.verify import Message
from connectors.words import Billed, Outcome, ReuseMode, ServedFrom

from .job_house import (
    ACCEPTED,
    CALLBACK,
    DONE,
    DOWN,
    DOWNLOAD,
    HANGS,
    LOST,
    OUTCOMES,
    RESULT,
    RUNNING,
    SUBMIT,
    UNSENT,
    Process,
    Says,
    Script,
    Store,
    connector,
    job,
)

START = Callable[..., Process]
BY_REFERENCE = {**CALLBACK, "correlate": {"path": "job", "equals": "call.reference"}}


class House:
    """Processes that follow one another on one store, in front of one bureau."""

    def __init__(self) -> None:
        self.store = Store()
        self.script = Script({})
        self.processes: list[Process] = []

    def says(self, *submit: Says, poll: list[Says] | None = None, **more: list[Says]) -> None:
        self.script.says = {
            "/jobs": list(submit),
            "/jobs/": poll or [DONE],
            "/result/": more.get("result", [RESULT]),
            "/first": more.get("first", [Says({"ticket": "t1"})]),
        }

    def process(self, *keys: bytes, **changes: Any) -> Process:
        self.processes.append(Process(connector(**changes), self.script, self.store, keys))
        return self.processes[-1]

    @property
    def submissions(self) -> int:
        return self.script.paths("/jobs")

    @property
    def ends(self) -> list[Outcome]:
        return [ended.outcome for ended in self.store.ends.values()]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    before = asyncio.all_tasks()
    house = House()
    yield house
    for process in house.processes:
        await process.aclose()
    await asyncio.sleep(1)
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}


async def test_an_answer_in_time_is_given_at_once_and_paid_once(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING, RUNNING, DONE])
    process = house.process()
    reply = await process.ask()

    assert (reply.outcome, reply.billed, reply.cost) == (Outcome.HIT, Billed.YES, Decimal("0.50"))
    assert reply.attempts == 4
    assert [at for at, _ in house.script.sent] == [0.01, 0.32, 0.78, 1.47]
    assert house.ends == [Outcome.HIT] and house.store.jobs == {}
    assert process.ledger.outcomes() == ["PENDING", "PENDING", "PENDING", "HIT"]


async def test_the_price_is_paid_once_whatever_messages_say(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING, DONE])
    process = house.process(
        billing={"price": {"amount": "0.50", "currency": "EUR"}, "billable": ["PENDING", "HIT"]},
        job=job(download=DOWNLOAD),
    )
    reply = await process.ask()

    assert (reply.outcome, reply.billed, reply.cost) == (Outcome.HIT, Billed.YES, Decimal("0.50"))
    assert sum(row.cost for row in process.ledger.endings) == Decimal("0.50")


async def test_who_can_not_wait_is_handed_off_and_the_answer_is_kept(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING, RUNNING, DONE])
    process = house.process()
    pending = await process.ask(within=0.5)

    assert (pending.outcome, pending.bureau_reference) == (Outcome.PENDING, "j1")
    assert house.store.jobs.keys() == {pending.job}
    await asyncio.sleep(5)

    ended = house.store.ends[pending.job]
    assert ended.reply is not None and ended.reply.outcome is Outcome.HIT
    again = await process.ask()
    assert (again.served_from, again.cost) == (ServedFrom.CACHE, Decimal(0))
    assert house.submissions == 1


async def test_what_nobody_waited_for_in_vain_is_kept_no_longer_than_the_rule(
    house: House,
) -> None:
    """No `cache` in the file: a second question is a second purchase."""
    house.says(ACCEPTED)
    process = house.process()
    await process.ask()
    await process.ask()

    assert house.submissions == 2


async def test_a_job_that_is_not_to_be_handed_off_is_a_timeout(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING])
    process = house.process(job=job(on_deadline="fail"))
    with pytest.raises(TimedOut) as error:
        await process.ask(within=0.5)

    assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.50"))
    assert len(house.store.jobs) == 1


@pytest.mark.parametrize("mode", list(ReuseMode))
async def test_equal_questions_join_whatever_they_allow(house: House, mode: ReuseMode) -> None:
    house.says(ACCEPTED, poll=[RUNNING, RUNNING, DONE])
    process = house.process()
    first = asyncio.create_task(process.ask())
    await asyncio.sleep(0.5)
    second = await process.ask(reuse=mode)

    assert (second.outcome, second.served_from) == (Outcome.HIT, ServedFrom.SHARED)
    assert second.cost == 0 and (await first).served_from is ServedFrom.LIVE
    assert house.submissions == 1


async def test_who_joins_a_job_pays_nothing_for_its_failure(house: House) -> None:
    house.says(LOST)
    process = house.process()
    errors = await asyncio.gather(process.ask(), process.ask(), return_exceptions=True)

    costs = [error.cost for error in errors if isinstance(error, Lost)]
    assert sorted(costs) == [0, Decimal("0.50")]


async def test_only_cache_opens_nothing(house: House) -> None:
    house.says(ACCEPTED)
    with pytest.raises(NotCached):
        await house.process().ask(reuse=ReuseMode.ONLY_CACHE)

    assert house.script.sent == [] and house.store.jobs == {}


async def test_an_old_answer_stands_in_for_a_job_that_fails(house: House) -> None:
    house.says(ACCEPTED, LOST, poll=[DONE])
    process = house.process(cache={"ttl": "1h", "stale_if_error": "1h"})
    await process.ask()
    await asyncio.sleep(3700)
    reply = await process.ask()

    assert (reply.outcome, reply.served_from) == (Outcome.HIT, ServedFrom.STALE)
    assert (reply.billed, reply.cost) == (Billed.UNKNOWN, Decimal("0.50"))
    with pytest.raises(Lost):
        await process.ask(reuse=ReuseMode.BYPASS)


async def test_a_job_is_joined_whatever_key_names_its_answer(house: House) -> None:
    """Else a change of the cache's keys would buy again what is under way."""
    house.says(ACCEPTED, poll=[RUNNING] * 9 + [DONE])
    before = house.process(b"old", cache={"ttl": "1h"})
    assert (await before.ask(within=0.5)).outcome is Outcome.PENDING
    await before.crash()
    after = house.process(b"new", b"old", cache={"ttl": "1h"})
    await after.restart()

    assert (await after.ask(within=30)).outcome is Outcome.HIT
    assert house.submissions == 1


async def test_a_job_outlives_all_who_waited_for_it(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING, DONE])
    process = house.process()
    waits = [asyncio.create_task(process.ask()) for _ in range(3)]
    await asyncio.sleep(0.1)
    for wait in waits:
        wait.cancel()
    await asyncio.wait(waits)
    await asyncio.sleep(3)

    assert house.ends == [Outcome.HIT] and house.submissions == 1


async def test_nothing_is_sent_while_nothing_can_be_kept(house: House) -> None:
    house.says(ACCEPTED)
    process = house.process()
    house.store.down = True
    with pytest.raises(LedgerDown):
        await process.ask()

    assert house.script.sent == []


async def test_a_ledger_that_is_down_ends_the_job_that_it_kept_from_being_sent(
    house: House,
) -> None:
    house.says(ACCEPTED)
    process = house.process()
    process.ledger.down = True
    with pytest.raises(LedgerDown):
        await process.ask()
    assert house.ends == [Outcome.UNREACHABLE] and house.store.jobs == {}
    process.ledger.down = False

    assert (await process.ask()).outcome is Outcome.HIT


async def test_what_was_submitted_is_written_down_before_anything_else_happens(
    house: House,
) -> None:
    house.says(replace(ACCEPTED, after=1.0))
    process = house.process()
    asking = asyncio.create_task(process.ask(within=20))
    await asyncio.sleep(0.9)
    house.store.down = True
    await asyncio.sleep(5)
    assert house.script.paths("/jobs/") == 0
    house.store.down = False

    assert (await asking).outcome is Outcome.HIT
    assert house.submissions == 1


@pytest.mark.parametrize(
    ("submit", "error", "end"),
    [
        (LOST, Lost, Outcome.LOST),
        (HANGS, Lost, Outcome.LOST),
        (UNSENT, NotSent, Outcome.UNREACHABLE),
        (DOWN, Unreadable, Outcome.BAD_RESPONSE),
        (Says({}, 409), Duplicate, Outcome.DUPLICATE),
        (Says({}, 422), ConnectorError, Outcome.INVALID_INPUT),
        (Says({}, 201), Unreadable, Outcome.BAD_RESPONSE),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
async def test_a_submission_that_fails_ends_the_job(
    house: House, submit: Says, error: type[ConnectorError], end: Outcome
) -> None:
    house.says(submit, ACCEPTED)
    process = house.process()
    with pytest.raises(error) as failed:
        await process.ask(within=40)

    assert failed.value.outcome is end and house.ends == [end]
    assert house.script.paths("/jobs/") == 0 and house.store.jobs == {}


async def test_an_attempt_that_never_left_does_not_unsay_the_one_before(house: House) -> None:
    """With a key of its own a question may be sent again; whether it arrived is still unknown."""
    house.says(LOST, UNSENT)
    keyed = {"kind": "idempotency_key", "header": "Idempotency-Key"}
    process = house.process(dedupe=keyed, retry={"max_attempts": 2})
    with pytest.raises(Lost) as error:
        await process.ask()

    assert error.value.billed is Billed.UNKNOWN and house.ends == [Outcome.LOST]


async def test_what_was_turned_away_before_was_never_looked_at(house: House) -> None:
    house.says(Says(status=429), UNSENT, ACCEPTED)
    limited = {"outcome": "RATE_LIMITED", "status": 429}
    submit = {**SUBMIT, "outcomes": [*SUBMIT["outcomes"], limited]}
    process = house.process(
        effect="hard_inquiry", retry={"max_attempts": 2}, job=job(submit=submit)
    )
    with pytest.raises(NotSent) as error:
        await process.ask()
    assert error.value.billed is Billed.NO

    assert (await process.ask()).outcome is Outcome.HIT


async def test_what_nobody_waits_for_any_more_is_not_submitted(house: House) -> None:
    """Its caller was told that nothing was sent, and will not come back for it."""
    house.says(ACCEPTED)
    process = house.process()
    with pytest.raises(NotSent):
        await process.ask(within=0.0035)
    await asyncio.sleep(5)

    assert house.script.sent == [] and house.store.jobs == {}


@pytest.mark.parametrize("status", [401, 403])
async def test_a_poll_that_is_turned_away_is_no_word_on_the_job(house: House, status: int) -> None:
    """The bureau has the job, and may bill it: no second hard inquiry follows."""
    house.says(ACCEPTED, poll=[RUNNING, Says(status=status)])
    turned_away = [
        {"outcome": "REFUSED", "status": 401},
        {"outcome": "QUOTA_EXCEEDED", "status": 403},
    ]
    process = house.process(effect="hard_inquiry", outcomes=[*OUTCOMES, *turned_away])
    with pytest.raises(Lost) as error:
        await process.ask(within=100)
    assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.50"))
    with pytest.raises(Unresolved):
        await process.ask()

    assert house.submissions == 1


async def test_a_bureau_that_asks_for_no_pause_is_not_asked_without_one(house: House) -> None:
    again = Says({"state": "running"}, headers={"retry-after": "0"})
    house.says(ACCEPTED, poll=[again])
    outcomes = [*OUTCOMES]
    outcomes[1] = {**OUTCOMES[1], "wait": {"header": "Retry-After", "max": "5s"}}
    await house.process(outcomes=outcomes).ask(within=3.0)

    assert house.script.paths("/jobs/") <= 10


async def test_an_answer_that_outlives_its_attempt_is_still_the_answer(house: House) -> None:
    house.says(replace(ACCEPTED, after=8.0))
    reply = await house.process().ask(within=20)

    assert reply.outcome is Outcome.HIT and house.submissions == 1


async def test_a_duplicate_that_names_its_job_is_followed(house: House) -> None:
    house.says(Says({"job": "j7"}, 409))
    reply = await house.process().ask()

    assert (reply.outcome, reply.billed) == (Outcome.HIT, Billed.YES)
    assert house.script.paths("/jobs/") == 1


async def test_an_answer_to_the_submission_is_the_end(house: House) -> None:
    house.says(Says({"unknown": True}, 404))
    reply = await house.process().ask()

    assert (reply.outcome, house.ends) == (Outcome.NO_HIT, [Outcome.NO_HIT])


async def test_an_unknown_hard_inquiry_is_followed_by_none(house: House) -> None:
    house.says(LOST, ACCEPTED)
    process = house.process(effect="hard_inquiry")
    with pytest.raises(Lost):
        await process.ask()
    for mode in (ReuseMode.DEFAULT, ReuseMode.BYPASS):
        with pytest.raises(Unresolved):
            await process.ask(reuse=mode)

    assert house.submissions == 1


@pytest.mark.parametrize(
    "passing",
    [[LOST], [UNSENT], [DOWN], [Says(status=429)], [HANGS], [LOST, DOWN, UNSENT, RUNNING, LOST]],
)
async def test_a_poll_that_fails_says_nothing_of_the_job(house: House, passing: list[Says]) -> None:
    house.says(ACCEPTED, poll=[*passing, DONE])
    reply = await house.process().ask(within=30)

    assert (reply.outcome, reply.billed) == (Outcome.HIT, Billed.YES)


@pytest.mark.parametrize(
    ("poll", "end"),
    [
        (Says({"state": "strange"}), Outcome.BAD_RESPONSE),
        (Says({"state": "nobody"}), Outcome.NO_HIT),
    ],
)
async def test_a_poll_that_says_anything_else_is_the_end(
    house: House, poll: Says, end: Outcome
) -> None:
    house.says(ACCEPTED, poll=[RUNNING, poll])
    process = house.process()
    if end is Outcome.NO_HIT:
        assert (await process.ask()).outcome is end
    else:
        with pytest.raises(Unreadable) as error:
            await process.ask()
        assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.50"))

    assert house.ends == [end]


async def test_a_job_is_given_up_in_the_end_and_then_its_outcome_is_unknown(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING])
    process = house.process()
    with pytest.raises(TimedOut) as error:
        await process.ask(within=100)

    assert error.value.billed is Billed.UNKNOWN and house.ends == [Outcome.TIMEOUT]
    assert house.script.sent[-1][0] < 61
    polls = [at for at, path in house.script.sent if path != "/jobs"]
    assert max(later - before for before, later in pairwise(polls)) < 2.1


async def test_a_download_fetches_what_the_poll_promised(house: House) -> None:
    house.says(ACCEPTED, poll=[RUNNING, DONE], result=[LOST, RESULT])
    reply = await house.process(job=job(download=DOWNLOAD)).ask()

    assert (reply.outcome, reply.user_info != b"") == (Outcome.HIT, True)
    assert house.script.paths("/result/") == 2


async def test_steps_come_before_a_job(house: House) -> None:
    house.says(ACCEPTED)
    first = {
        "name": "first",
        "request": {"path": "/first"},
        "outcomes": [{"outcome": "HIT", "status": 200, "body": {"ticket": {"present": True}}}],
    }
    submit = {**SUBMIT, "request": {"path": "/jobs", "json": {"t": "${steps.first.ticket}"}}}
    process = house.process(steps=[first], job=job(submit=submit, id="${steps.first.ticket}"))
    reply = await process.ask()

    assert reply.outcome is Outcome.HIT
    assert [path for _, path in house.script.sent] == ["/first", "/jobs", "/jobs/t1"]


class TestCallback:
    async def test_it_comes_first(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING, DONE])
        process = house.process(callback=CALLBACK, job=job(interval={"first": "9s", "max": "9s"}))
        asking = asyncio.create_task(process.ask(within=30))
        await asyncio.sleep(1)
        assert house.script.paths("/jobs/") == 0
        house.script.says["/jobs/"] = [DONE]
        assert await process.call_back("done")

        assert (await asking).outcome is Outcome.HIT
        assert house.script.sent[-1][0] == 1.0

    async def test_it_is_the_answer_where_nothing_else_brings_one(self, house: House) -> None:
        house.says(ACCEPTED)
        process = house.process(callback=CALLBACK, job=job(poll=None))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done", risk="0.5")
        reply = await asking

        assert (reply.outcome, reply.billed) == (Outcome.HIT, Billed.YES)
        assert reply.cost == Decimal("0.50") and reply.user_info != b""

    async def test_the_row_that_held_says_what_it_costs(self, house: House) -> None:
        house.says(ACCEPTED)
        outcomes = [
            {"outcome": "HIT", "body": {"state": "known"}, "billed": "no"},
            {"outcome": "HIT", "body": {"state": "done"}, "billed": "yes"},
        ]
        process = house.process(callback={**CALLBACK, "outcomes": outcomes}, job=job(poll=None))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done", risk="0.5")

        assert (await asking).billed is Billed.YES

    async def test_it_comes_before_the_answer_to_the_submission(self, house: House) -> None:
        house.says(replace(ACCEPTED, after=2.0))
        process = house.process(callback=CALLBACK, job=job(poll=None, download=DOWNLOAD))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done")

        assert (await asking).outcome is Outcome.HIT

    async def test_it_is_looked_for_until_the_store_can_say(self, house: House) -> None:
        house.says(replace(ACCEPTED, after=2.0))
        process = house.process(callback=CALLBACK, job=job(poll=None, download=DOWNLOAD))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done")
        # Down just after the submission is written down.
        await asyncio.sleep(1.016)
        house.store.down = True
        await asyncio.sleep(2)
        house.store.down = False

        assert (await asking).outcome is Outcome.HIT

    async def test_twice_is_once(self, house: House) -> None:
        house.says(ACCEPTED, result=[replace(RESULT, after=2.0)])
        process = house.process(callback=CALLBACK, job=job(poll=None, download=DOWNLOAD))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        assert await process.call_back("done")
        assert not await process.call_back("done")
        assert await process.call_back("done", more="of it")

        assert (await asking).outcome is Outcome.HIT
        assert house.script.paths("/result/") == 1

    @pytest.mark.parametrize(
        ("state", "end"), [("nobody", Outcome.NO_HIT), ("broken", Outcome.BUREAU_ERROR)]
    )
    async def test_a_bad_end_is_an_end(self, house: House, state: str, end: Outcome) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        process = house.process(callback=CALLBACK)
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back(state)
        await asyncio.wait([asking])

        assert house.ends == [end]

    async def test_progress_is_no_end(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        process = house.process(callback=CALLBACK)
        await process.ask(within=1)
        await process.call_back("running")
        await asyncio.sleep(1)

        assert house.ends == [] and house.store.callbacks == {}

    async def test_what_came_while_nobody_ran_is_found(self, house: House) -> None:
        house.says(ACCEPTED)
        changes = {"callback": CALLBACK, "job": job(poll=None, download=DOWNLOAD)}
        first = house.process(**changes)
        await first.ask(within=1)
        await first.crash()
        second = house.process(**changes)
        await second.call_back("done")
        await second.restart()
        await asyncio.sleep(1)

        assert house.ends == [Outcome.HIT] and house.submissions == 1

    async def test_one_for_nobody_is_kept_and_disturbs_nobody(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING, DONE])
        process = house.process(callback=CALLBACK)
        await process.call_back("broken", job="j99")

        assert (await process.ask()).outcome is Outcome.HIT
        assert len(house.store.callbacks) == 1

    @pytest.mark.parametrize(
        ("body", "secret", "error"),
        [
            (b'{"job": "j1", "state": "done"}', "wrong", Unverified),
            (b"<html>", "s3cret", ValueError),
            (b'{"state": "done"}', "s3cret", ValueError),
            (b'{"job": "j1", "state": "odd"}', "s3cret", ValueError),
        ],
    )
    async def test_what_is_not_the_bureaus_or_can_not_be_read_is_refused(
        self, house: House, body: bytes, secret: str, error: type[Exception]
    ) -> None:
        reading = house.process(callback=CALLBACK).built.callback
        assert reading is not None
        with pytest.raises(error):
            reading.read(Message({}, body, secret))


class TestRestart:
    async def test_a_submitted_job_goes_on_and_is_not_submitted_again(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        pending = await first.ask(within=1)
        await first.crash()
        house.script.says["/jobs/"] = [DONE]
        second = house.process()
        await second.restart()
        reply = await second.ask()

        assert (reply.outcome, reply.served_from) == (Outcome.HIT, ServedFrom.SHARED)
        assert house.store.ends[pending.job].cost == Decimal("0.50")
        assert house.submissions == 1

    async def test_what_was_done_while_nobody_ran_is_found_however_late(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        await first.ask(within=1)
        await first.crash()
        await asyncio.sleep(1000)
        house.script.says["/jobs/"] = [DONE]
        await house.process().restart()
        await asyncio.sleep(2)

        assert house.ends == [Outcome.HIT]

    async def test_a_submission_that_nobody_makes_is_left_to_who_takes_it_over(
        self, house: House
    ) -> None:
        """Whoever opened the job may live, and only be slow."""
        house.says(HANGS)
        first = house.process()
        asking = asyncio.create_task(first.ask())
        await asyncio.sleep(1)
        await first.crash()
        await asyncio.wait([asking])
        second = house.process()
        with pytest.raises(TimedOut):
            await second.ask(within=100)
        assert len(house.store.jobs) == 1
        await second.restart()
        await asyncio.sleep(1)

        assert house.ends == [Outcome.LOST] and house.submissions == 1

    async def test_equal_questions_join_also_before_anybody_resumed_it(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        await first.ask(within=1)
        await first.crash()
        house.script.says["/jobs/"] = [DONE]
        reply = await house.process().ask()

        assert reply.outcome is Outcome.HIT and house.submissions == 1

    async def test_what_may_have_been_submitted_never_is_again(self, house: House) -> None:
        house.says(HANGS)
        first = house.process()
        asking = asyncio.create_task(first.ask())
        await asyncio.sleep(1)
        await first.crash()
        asking.cancel()
        await asyncio.wait([asking])
        second = house.process()
        await second.restart()
        await asyncio.sleep(1)

        assert house.ends == [Outcome.LOST] and house.submissions == 1

    @pytest.mark.parametrize("found", [True, False])
    async def test_it_is_found_by_our_own_reference(self, house: House, found: bool) -> None:
        """That the bureau has never heard of it does not mean that it has nothing on the person."""
        house.says(HANGS, poll=[RUNNING, DONE] if found else [Says({}, 404)])
        changes = {"job": job(id="${call.reference}")}
        first = house.process(**changes)
        asking = asyncio.create_task(first.ask())
        await asyncio.sleep(1)
        await first.crash()
        asking.cancel()
        await asyncio.wait([asking])
        second = house.process(**changes)
        await second.restart()
        await asyncio.sleep(5)

        assert house.ends == [Outcome.HIT if found else Outcome.LOST]
        assert house.submissions == 1

    async def test_a_callback_finds_what_was_lost(self, house: House) -> None:
        house.says(LOST)
        process = house.process(callback=BY_REFERENCE, job=job(poll=None))
        pending = await process.ask(within=1)
        assert pending.outcome is Outcome.PENDING
        reference = house.store.jobs[pending.job].reference
        await process.call_back("done", job=reference, risk="0.5")
        await asyncio.sleep(1)

        assert house.ends == [Outcome.HIT]

    async def test_closing_waits_for_a_submission_and_leaves_the_rest(self, house: House) -> None:
        house.says(replace(ACCEPTED, after=2.0), poll=[RUNNING])
        process = house.process()
        asking = asyncio.create_task(process.ask(within=1))
        await asyncio.sleep(0.5)
        await process.aclose()

        assert (await asking).outcome is Outcome.PENDING
        (open_job,) = house.store.jobs.values()
        assert open_job.submitted and open_job.id == "j1"

    async def test_what_is_kept_of_a_person_is_what_later_messages_say(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        poll = {"request": {"path": "/jobs/{id}", "path_params": {"id": "${subject.name}"}}}
        await house.process(job=job(poll=poll)).ask(within=1)
        (open_job,) = house.store.jobs.values()

        assert open_job.values == {"subject": {"name": "ann"}}
        assert "X1" not in repr(open_job) and "ann" not in repr(open_job)


class TestElsewhere:
    """A job that was created by somebody else."""

    CHANGES: Mapping[str, Any] = {
        "job": job(submit=None, poll=None, id="${application.id}", download=DOWNLOAD),
        "callback": CALLBACK,
    }

    async def test_it_is_awaited(self, house: House) -> None:
        house.says()
        process = house.process(**self.CHANGES)
        asking = asyncio.create_task(process.ask(application={"id": "a1"}))
        await asyncio.sleep(1)
        await process.call_back("done", job="a1")

        assert (await asking).outcome is Outcome.HIT
        assert [path for _, path in house.script.sent] == ["/result/a1"]

    async def test_it_needs_its_name(self, house: House) -> None:
        house.says()
        with pytest.raises(ConnectorError) as error:
            await house.process(**self.CHANGES).ask()

        assert error.value.outcome is Outcome.NEED_INPUT and house.store.jobs == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"job": job(poll=None)}, "nothing tells when the job is done"),
        ({"job": None, "request": {"path": "/"}, "callback": CALLBACK}, "there is none"),
        ({"job": job(submit={**SUBMIT, "outcomes": []})}, "says by `outcomes`"),
    ],
)
def test_a_job_that_could_not_end_is_refused(changes: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        connector(**changes)


@pytest.mark.parametrize("name", ["${job.id}", "${callback.number}"])
async def test_the_name_of_a_job_is_known_in_time(house: House, name: str) -> None:
    with pytest.raises(ConfigError, match="known too late"):
        house.process(job=job(id=name), callback=CALLBACK)


class TestClosing:
    """What a stop of the gateway does to jobs."""

    LIMITED: Mapping[str, Any] = {
        "outcome": "RATE_LIMITED",
        "status": 429,
        "wait": {"header": "Retry-After", "max": "600s"},
    }

    async def test_none_is_begun_after_it(self, house: House) -> None:
        house.says(ACCEPTED)
        process = house.process()
        await process.errands.aclose()
        with pytest.raises(NotSent, match="closing"):
            await process.ask()

        assert process.errands.under_way == set() and house.store.jobs == {}

    async def test_a_pause_before_a_submission_is_not_waited_out(self, house: House) -> None:
        house.says(Says(status=429, headers={"retry-after": "600"}), ACCEPTED)
        submit = {**SUBMIT, "outcomes": [*SUBMIT["outcomes"], self.LIMITED]}
        jobs = job(submit=submit, background="900s")
        process = house.process(effect="hard_inquiry", retry={"max_attempts": 2}, job=jobs)
        asking = asyncio.create_task(process.ask(within=800))
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        await process.errands.aclose()

        assert asyncio.get_running_loop().time() - began < 1
        with pytest.raises(NotSent) as error:
            await asking
        assert error.value.billed is Billed.NO
        assert house.ends == [Outcome.UNREACHABLE] and house.submissions == 1

    async def test_what_has_left_is_waited_for(self, house: House) -> None:
        house.says(replace(ACCEPTED, after=2.0), poll=[RUNNING])
        process = house.process()
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.errands.aclose()

        assert (await asking).outcome is Outcome.PENDING
        assert [each.submitted for each in house.store.jobs.values()] == [True]

    async def test_what_may_have_arrived_is_not_called_unsent(self, house: House) -> None:
        house.says(LOST, UNSENT)
        keyed = {"kind": "idempotency_key", "header": "Idempotency-Key"}
        backoff = {"base": "600s", "max": "600s"}
        retry = {"max_attempts": 2, "backoff": backoff}
        process = house.process(dedupe=keyed, retry=retry, job=job(background="900s"))
        asking = asyncio.create_task(process.ask(within=800))
        await asyncio.sleep(1)
        await process.errands.aclose()
        with pytest.raises(Lost) as error:
            await asking

        assert error.value.billed is Billed.UNKNOWN and house.ends == [Outcome.LOST]
