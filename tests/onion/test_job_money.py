"""What a job costs is written down once, and the same question is never bought twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import ConnectorError, Lost, TimedOut, Unresolved, WrongSubject
from connectors.faults import ConfigError
from connectors.policy.ledger import Owned
from connectors.words import Billed, Outcome, ServedFrom

from .fakes import FakeLedger
from .job_house import (
    ACCEPTED,
    BUREAU,
    CALLBACK,
    DONE,
    DOWNLOAD,
    LOST,
    OUTCOMES,
    POLL,
    RESULT,
    RUNNING,
    SUBMIT,
    Process,
    Says,
    Script,
    Store,
    connector,
    job,
    kit,
)
from .test_jobs import BY_REFERENCE, House

PRICE = Decimal("0.50")
NEWER: Mapping[str, Any] = {
    "version": "2.0.0",
    "mapping": {"fraud.gang_risk": {"path": "other", "type": "ratio"}},
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    for process in house.processes:
        await process.aclose()


def booked(*processes: Process) -> Decimal:
    """Give what the ledger says that all calls cost: of each call, its last row counts."""
    costs: dict[str, Decimal] = {}
    for process in processes:
        ledger: FakeLedger = process.ledger
        rows = [row for row in ledger.rows if row.what == "outcome"]
        costs |= {row.call_id: end.cost for row, end in zip(rows, ledger.endings, strict=True)}
    return sum(costs.values(), Decimal(0))


class TestAnotherVersion:
    async def test_it_goes_on_with_the_job_that_is_open(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        pending = await first.ask(within=1)
        await first.crash()
        house.script.says["/jobs/"] = [Says({"state": "done", "other": "0.7"})]
        second = house.process(**NEWER)
        reply = await second.ask()

        assert (reply.outcome, reply.version) == (Outcome.HIT, "2.0.0")
        assert reply.user_info != b"" and house.submissions == 1
        assert house.store.ends.keys() == {pending.job}

    async def test_its_answer_is_kept_as_the_one_of_today(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        await first.ask(within=1)
        await first.crash()
        house.script.says["/jobs/"] = [DONE]
        second = house.process(**NEWER)
        second.cache = first.cache
        await second.restart()
        await asyncio.sleep(5)
        again = await second.ask()
        third = house.process()
        third.cache.kept |= second.cache.kept

        assert again.served_from is ServedFrom.CACHE and house.submissions == 1
        # What another version read is not given as an answer of this one.
        assert (await third.ask()).served_from is ServedFrom.LIVE

    async def test_an_unresolved_hard_inquiry_stays_unresolved(self, house: House) -> None:
        house.says(LOST, ACCEPTED)
        first = house.process(effect="hard_inquiry")
        with pytest.raises(Lost):
            await first.ask()
        with pytest.raises(Unresolved):
            await house.process(effect="hard_inquiry", **NEWER).ask()

        assert house.submissions == 1


class TestBooked:
    async def test_a_callback_that_is_the_answer(self, house: House) -> None:
        house.says(ACCEPTED)
        process = house.process(callback=CALLBACK, job=job(poll=None))
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done", risk="0.5")
        reply = await asking

        assert process.ledger.outcomes() == ["PENDING", "HIT"]
        assert process.ledger.endings[-1].billed is Billed.YES
        assert booked(process) == reply.cost == PRICE
        assert reply.call_id == process.ledger.rows[-1].call_id != ""
        # With the row that it is charged on, and so whoever sends the inquiry again has it.
        assert process.ledger.replies[-1] == reply

    async def test_a_callback_of_what_the_submission_has_charged(self, house: House) -> None:
        house.says(ACCEPTED)
        billing = {
            "price": {"amount": "0.50", "currency": "EUR"},
            "billable": ["PENDING", "HIT"],
        }
        process = house.process(callback=CALLBACK, job=job(poll=None), billing=billing)
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(1)
        await process.call_back("done", risk="0.5")

        assert (await asking).cost == booked(process) == PRICE

    async def test_what_a_free_answer_leaves_unknown_costs_what_it_may(self, house: House) -> None:
        house.says(LOST, poll=[DONE])
        billing = {"price": {"amount": "0.50", "currency": "EUR"}, "billable": ["NO_HIT"]}
        process = house.process(job=job(id="${call.reference}"), billing=billing)
        reply = await process.ask()

        assert (reply.outcome, reply.billed) == (Outcome.HIT, Billed.UNKNOWN)
        assert booked(process) == reply.cost == PRICE

    async def test_a_time_that_is_over(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        process = house.process()
        with pytest.raises(TimedOut) as error:
            await process.ask(within=100)

        assert process.ledger.outcomes()[-1] == "TIMEOUT"
        assert booked(process) == error.value.cost == PRICE
        assert error.value.call_id == process.ledger.rows[0].call_id

    async def test_after_a_restart(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        await first.ask(within=1)
        await first.crash()
        second = house.process()
        await second.restart()
        await asyncio.sleep(100)

        assert house.ends == [Outcome.TIMEOUT]
        assert second.ledger.rows[-1].call_id == first.ledger.rows[0].call_id
        assert booked(first, second) == PRICE

    @pytest.mark.parametrize("billable", [["HIT"], ["PENDING", "HIT"]])
    @pytest.mark.parametrize("download", [None, DOWNLOAD])
    async def test_a_poll_or_download_is_booked_there_and_nowhere_else(
        self, house: House, billable: list[str], download: Any
    ) -> None:
        house.says(ACCEPTED, poll=[RUNNING, DONE], result=[RESULT])
        billing = {"price": {"amount": "0.50", "currency": "EUR"}, "billable": billable}
        process = house.process(billing=billing, job=job(download=download))
        reply = await process.ask()

        assert reply.cost == booked(process) == PRICE
        assert "HIT" not in process.ledger.outcomes()[:2]

    async def test_a_poll_that_charges_before_the_time_is_over(self, house: House) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        billing = {"price": {"amount": "0.50", "currency": "EUR"}}
        outcomes = [{**row, "billed": "yes"} for row in OUTCOMES if row["outcome"] == "PENDING"]
        poll = {**POLL, "outcomes": outcomes}
        process = house.process(billing=billing, job=job(poll=poll))
        with pytest.raises(TimedOut) as error:
            await process.ask(within=100)

        assert error.value.cost == booked(process) == PRICE

    async def test_a_submission_that_was_lost_and_is_found(self, house: House) -> None:
        house.says(LOST, poll=[RUNNING, DONE])
        process = house.process(job=job(id="${call.reference}"))
        reply = await process.ask()

        assert (reply.outcome, reply.cost) == (Outcome.HIT, PRICE)
        assert booked(process) == PRICE

    @pytest.mark.parametrize(
        ("poll", "changes", "cost"),
        [
            (Says({"state": "strange"}), {}, PRICE),
            (
                Says({"state": "done", "who": "somebody else"}),
                {"response": {"subject_check": [{"path": "who", "equals": "${subject.name}"}]}},
                PRICE,
            ),
            (Says({"state": "broken"}), {}, Decimal(0)),
        ],
        ids=["unreadable", "about another", "broken"],
    )
    async def test_a_poll_that_fails(
        self, house: House, poll: Says, changes: Mapping[str, Any], cost: Decimal
    ) -> None:
        house.says(ACCEPTED, poll=[RUNNING, poll])
        broken = {"outcome": "BUREAU_ERROR", "body": {"state": "broken"}, "billed": "no"}
        process = house.process(outcomes=[*OUTCOMES, broken], **changes)
        with pytest.raises(ConnectorError) as error:
            await process.ask()

        assert error.value.cost == booked(process) == cost
        if isinstance(error.value, WrongSubject):
            assert process.ledger.endings[-1].billed is error.value.billed is Billed.YES

    async def test_before_anybody_is_answered(self, house: House) -> None:
        house.says(ACCEPTED)
        process = house.process(callback=CALLBACK, job=job(poll=None))
        asking = asyncio.create_task(process.ask(within=3))
        await asyncio.sleep(1)
        process.ledger.down = True
        await process.call_back("done", risk="0.5")
        pending = await asking
        assert pending.outcome is Outcome.PENDING and house.ends == []
        process.ledger.down = False
        await asyncio.sleep(2)

        assert house.ends == [Outcome.HIT] and booked(process) == PRICE


class TestStepsBefore:
    async def test_one_that_is_charged_is_told_when_the_submission_can_not_be_written_down(
        self, house: House
    ) -> None:
        house.says(ACCEPTED, first=[Says({"ticket": "t1"}, after=0.5)])
        first = {
            "name": "first",
            "effect": "chargeable",
            "request": {"path": "/first"},
            "outcomes": [{"outcome": "HIT", "status": 200, "body": {"ticket": {"present": True}}}],
        }
        price = {"amount": "0.50", "currency": "EUR"}
        billing = {"price": price, "billable": ["HIT"]}
        # Known by our reference: what may have arrived would be followed.
        process = house.process(
            steps=[first], billing=billing, callback=BY_REFERENCE, job=job(poll=None)
        )
        asking = asyncio.create_task(process.ask())
        await asyncio.sleep(0.2)
        process.ledger.blinks_after = 2
        with pytest.raises(Lost, match="ledger") as error:
            await asking

        assert (error.value.billed, error.value.cost) == (Billed.YES, PRICE)
        assert error.value.call_id == process.ledger.rows[-1].call_id != ""
        assert house.ends == [Outcome.LOST] and house.submissions == 0
        assert booked(process) == PRICE


class TestNeeded:
    """A later message that can not be sent is found out before anything is."""

    @pytest.mark.parametrize("what", ["poll", "download", "check"])
    async def test_nothing_is_bought_that_can_not_be_fetched(self, house: House, what: str) -> None:
        house.says(ACCEPTED)
        asks = {"request": {"path": "/jobs/x", "json": {"mobile": "${subject.mobile}"}}}
        check = {"subject_check": [{"path": "mobile", "equals": "${subject.mobile}"}]}
        changes: dict[str, Any] = {
            "poll": {"job": job(poll=asks)},
            "download": {"job": job(download={**DOWNLOAD, **asks})},
            "check": {"response": check},
        }[what]
        with pytest.raises(ConnectorError, match=r"absent: subject\.mobile") as error:
            await house.process(**changes).ask()

        assert (error.value.outcome, error.value.billed) == (Outcome.NEED_INPUT, Billed.NO)
        assert house.script.sent == [] and house.store.jobs == {}

    async def test_what_has_a_default_may_be_absent(self, house: House) -> None:
        house.says(ACCEPTED)
        asks = {"request": {"path": "/jobs/x", "json": {"mobile": "${subject.mobile ?? 'no'}"}}}

        assert (await house.process(job=job(poll=asks)).ask()).outcome is Outcome.HIT

    async def test_what_an_older_version_did_not_keep_is_no_free_failure(
        self, house: House
    ) -> None:
        house.says(ACCEPTED, poll=[RUNNING])
        first = house.process()
        await first.ask(within=1)
        await first.crash()
        asks = {"request": {"path": "/jobs/x", "json": {"id": "${subject.id_number}"}}}
        with pytest.raises(Lost) as error:
            await house.process(job=job(poll=asks)).ask()

        assert error.value.billed is Billed.UNKNOWN


TOKEN = {"kind": "jws", "algorithm": "HS256", "key": "${secrets.token}"}
SIGNED = {
    "verify": {
        "kind": "hmac",
        "algorithm": "sha256",
        "key": "${secrets.gate}",
        "over": "body",
        "signature": {"header": "X-Sign"},
    }
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"callback": BY_REFERENCE}, "has no job.id"),
        ({"callback": BY_REFERENCE, "job": job(poll=None, download=DOWNLOAD)}, "has no job.id"),
        ({"callback": CALLBACK | {"response": {"open": [SIGNED]}}}, "headers are not kept"),
        (
            {"callback": CALLBACK, "job": job(poll=None), "response": {"open": [SIGNED]}},
            "headers are not kept",
        ),
        (
            {"callback": CALLBACK | {"verify": {**TOKEN, "signature": {"path": "token"}}}},
            "only the token would be proved",
        ),
    ],
)
async def test_what_could_not_hold_is_refused(
    house: House, changes: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        house.process(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"callback": BY_REFERENCE, "job": job(id="${call.reference}")},
        {"callback": CALLBACK | {"verify": TOKEN}},
        {"callback": CALLBACK, "response": {"open": [SIGNED]}},
    ],
)
async def test_what_can_hold_is_built(house: House, changes: Mapping[str, Any]) -> None:
    house.says(ACCEPTED)
    process = house.process(**changes)
    reply = await process.ask(within=0.1)

    assert process.built.callback is not None
    assert reply.outcome is Outcome.PENDING


@pytest.mark.parametrize(
    "changes",
    [
        {"callback": CALLBACK},
        {"job": job(submit={**SUBMIT, "request": {"json": {"to": "${call.callback_url}"}}})},
    ],
)
async def test_a_bureau_is_not_told_to_call_where_nobody_listens(
    changes: Mapping[str, Any],
) -> None:
    tools = replace(kit(FakeLedger()), jobs=Store(), callback_url="")
    with pytest.raises(ConfigError, match=r"nobody listens: `listen\.callbacks`"):
        connector(**changes).build(tools, BUREAU.build(tools, Script({})), Owned())


@pytest.mark.parametrize("name", ["first", "max"])
def test_polls_have_a_pause_between_them(name: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        connector(job=job(interval={name: "0s"}))
