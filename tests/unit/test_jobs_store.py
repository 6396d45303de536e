"""Jobs, their ends and callbacks outlive the process, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from connectors.contract import Reply, Standing
from connectors.errors import LedgerDown
from connectors.faults import ConfigError
from connectors.job import Callback, Ended, Job
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Billed, Outcome, Purpose
from gateway.background import Background
from gateway.jobs.shelf import Shelf
from gateway.jobs.store import StoredJobs
from gateway.jobs.tables import ALL, ENDS, JOBS
from gateway.store.hourly import Hourly
from gateway.store.sealing import Sealer

from ..standins import HandClock
from .test_profile_store import all_bytes

CLOCK = HandClock()
NOW = CLOCK.utc()
CANARY = "11010519491231002X"
STANDING = Standing("lender", "scoring", "i-1", Purpose.CREDIT_ORIGINATION, None, "t", "v")
JOB = Job(
    key="k" * 64,
    connector="report",
    version="1.0.0",
    reference="ref1",
    opened_at=NOW,
    gives_up_at=NOW + timedelta(minutes=15),
    standing=STANDING,
    values={"subject": {"id_number": CANARY}},
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    found: str = request.getfixturevalue("postgres")
    return found


def shelf(url: str, clock: HandClock | None = None) -> Shelf:
    return Shelf.at(url, Sealer("1", {"1": b"k" * 32}, Random(1)), clock or HandClock())


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Shelf]:
    found = shelf(url)
    await found.create()
    async with found.engine.begin() as connection:
        for table in ALL:
            await connection.execute(text(f"delete from {table.name}"))  # noqa: S608 (ours)
    yield found
    await found.aclose()


async def test_a_job_is_open_until_it_ends(opened: Shelf) -> None:
    jobs = StoredJobs(opened)

    assert await jobs.open(JOB) == JOB
    await jobs.update(replace(JOB, submitted=True, id="b-7"))
    found = await jobs.find(JOB.key)
    assert found is not None and (found.submitted, found.id) == (True, "b-7")
    reply = Reply("report", "1.0.0", Outcome.HIT, b"\x00")
    await jobs.end(JOB, Ended(Outcome.HIT, reply))

    assert await jobs.find(JOB.key) is None
    assert await jobs.ended(JOB.key) == Ended(Outcome.HIT, reply)


async def test_who_opens_what_is_open_gets_the_one_that_is(opened: Shelf) -> None:
    jobs = StoredJobs(opened)
    both = await asyncio.gather(
        jobs.open(replace(JOB, reference="a")), jobs.open(replace(JOB, reference="b"))
    )

    assert both[0] == both[1]
    assert [job.reference for job in await jobs.all_open()] == [both[0].reference]


async def test_a_key_whose_job_has_ended_is_free_again(opened: Shelf) -> None:
    jobs = StoredJobs(opened)
    await jobs.open(JOB)
    await jobs.end(JOB, Ended(Outcome.NO_HIT))

    assert (await jobs.open(replace(JOB, reference="next"))).reference == "next"


async def test_another_process_finds_all_that_is_open(opened: Shelf, url: str) -> None:
    await StoredJobs(opened).open(JOB)
    other = shelf(url)
    await other.create()

    assert await StoredJobs(other).all_open() == [JOB]
    await other.aclose()


async def test_what_one_process_has_left_is_taken_over_by_one_other(opened: Shelf) -> None:
    left = await StoredJobs(opened, lambda: "a").open(JOB)
    others = [StoredJobs(opened, lambda: "b"), StoredJobs(opened, lambda: "c")]
    taken = await asyncio.gather(*(other.take(left) for other in others))

    assert left.instance == "a"
    assert sorted(job.instance if job else "" for job in taken) in (["", "b"], ["", "c"])
    assert list(await others[0].all_open()) == [job for job in taken if job]


async def test_late_news_of_a_job_that_was_taken_over_leave_it_to_whoever_has_it(
    opened: Shelf,
) -> None:
    slept, other = StoredJobs(opened, lambda: "a"), StoredJobs(opened, lambda: "b")
    left = await slept.open(JOB)
    taken = await other.take(left)
    assert taken is not None
    paid = replace(taken, submitted=True, id="b-7", billed=Billed.YES, cost=Decimal("0.50"))
    await other.update(paid)
    await slept.update(replace(left, submitted=True, id="b-7"))
    await slept.end(left, Ended(Outcome.TIMEOUT))

    assert await other.find(JOB.key) == await slept.kept(left) == paid
    assert await other.ended(JOB.key) is None


async def test_a_late_end_leaves_that_of_the_next_job_of_its_key(opened: Shelf) -> None:
    slept, other = StoredJobs(opened, lambda: "a"), StoredJobs(opened, lambda: "b")
    left = await slept.open(JOB)
    taken = await other.take(left)
    assert taken is not None
    await other.end(taken, Ended(Outcome.HIT, call_id="first"))
    following = await other.open(replace(JOB, reference="next"))
    await other.end(following, Ended(Outcome.HIT, call_id="second"))
    await slept.end(left, Ended(Outcome.TIMEOUT))

    assert await slept.kept(left) is None
    assert await slept.ended(JOB.key) == Ended(Outcome.HIT, call_id="second")


async def test_in_memory_too_an_end_is_that_of_its_own_job() -> None:
    taken, following = replace(JOB, instance="b"), replace(JOB, reference="next")
    jobs = JobsInMemory({JOB.key: taken})
    await jobs.update(replace(JOB, submitted=True))
    await jobs.end(JOB, Ended(Outcome.TIMEOUT))
    assert (await jobs.kept(JOB), jobs.ends) == (taken, {})

    await jobs.end(taken, Ended(Outcome.HIT))
    await jobs.open(following)
    await jobs.end(taken, Ended(Outcome.TIMEOUT))
    assert await jobs.kept(taken) is None
    assert (await jobs.find(JOB.key), await jobs.ended(JOB.key)) == (following, Ended(Outcome.HIT))


async def test_news_of_a_job_that_has_ended_say_nothing_of_the_next(opened: Shelf) -> None:
    slept, other = StoredJobs(opened, lambda: "a"), StoredJobs(opened, lambda: "b")
    left = await slept.open(JOB)
    taken = await other.take(left)
    assert taken is not None
    await other.end(taken, Ended(Outcome.LOST))
    following = await other.open(replace(JOB, reference="next"))
    await slept.update(replace(left, submitted=True, id="b-7"))
    await slept.end(left, Ended(Outcome.NO_HIT))

    assert await other.find(JOB.key) == following
    assert await slept.take(left) is None


async def test_a_job_of_an_earlier_version_is_nobodys(opened: Shelf) -> None:
    old = {each.name: getattr(JOB, each.name) for each in fields(JOB) if each.name != "instance"}
    await opened.put(JOBS, (JOB.key,), old, 60.0)
    (job,) = await StoredJobs(opened, lambda: "a").all_open()

    assert (job, job.instance) == (JOB, "")


async def test_the_same_callback_twice_is_one(opened: Shelf) -> None:
    jobs = StoredJobs(opened)
    callback = Callback("report", "b-7", Outcome.HIT, {"token": "t"}, "digest-1", b"{}")

    assert await jobs.called_back(callback)
    assert not await jobs.called_back(callback)
    assert await jobs.callback("report", "b-7") == callback
    assert await jobs.callback("other", "b-7") is None


async def test_a_job_that_has_ended_is_not_opened_again_by_late_news(opened: Shelf) -> None:
    jobs = StoredJobs(opened)
    await jobs.open(JOB)
    await jobs.end(JOB, Ended(Outcome.NO_HIT))
    await jobs.update(replace(JOB, submitted=True))

    assert await jobs.find(JOB.key) is None
    assert await jobs.all_open() == []


async def rows(kept: Shelf, table: str) -> int:
    async with kept.engine.connect() as connection:
        counted = await connection.execute(text(f"select count(*) from {table}"))  # noqa: S608 (ours)
        return int(counted.scalar_one())


@pytest.mark.parametrize("restarts", [True, False])
async def test_what_is_over_is_forgotten(url: str, restarts: bool) -> None:
    clock = HandClock()
    kept = shelf(url, clock)
    await kept.create()
    await StoredJobs(kept).open(JOB)
    await StoredJobs(kept).end(JOB, Ended(Outcome.NO_HIT))
    assert await rows(kept, "ends") == 1
    await StoredJobs(kept).called_back(Callback("report", "b-7", Outcome.HIT, {}, "d"))
    clock.seconds += 10 * 86_400

    assert await StoredJobs(kept).ended(JOB.key) is None
    await (kept.create() if restarts else kept.forget())
    assert [await rows(kept, table.name) for table in ALL] == [0] * len(ALL)
    await kept.aclose()


async def test_a_job_past_its_time_ends_and_is_not_just_forgotten(url: str) -> None:
    clock = HandClock()
    kept = shelf(url, clock)
    await kept.create()
    job = replace(JOB, opened_at=clock.utc(), gives_up_at=clock.utc(), cost=Decimal("0.50"))
    await StoredJobs(kept).open(job)
    clock.seconds += 10 * 86_400
    await kept.create()

    assert await StoredJobs(kept).find(JOB.key) is None
    assert await StoredJobs(kept).kept(job) == job
    # Whoever goes on with its connector ends it.
    assert await StoredJobs(kept).all_open() == [job]
    await StoredJobs(kept).lapse()
    ended = await StoredJobs(kept).ended(JOB.key)
    assert ended is not None
    assert (ended.outcome, ended.billed, ended.cost) == (Outcome.LOST, Billed.UNKNOWN, job.cost)
    assert await rows(kept, "jobs") == 0
    await StoredJobs(kept).shelf.drop(ENDS, (JOB.key,))
    await kept.aclose()


async def test_it_is_done_each_hour_until_the_stores_are_closed() -> None:
    clock, done = Turned(), list[float]()

    async def chore() -> None:
        done.append(clock.now())
        raise LedgerDown

    hourly = Background(Hourly(clock, (chore,)).run)
    hourly.start()
    for _ in range(3):
        await clock.turn()
    await hourly.aclose()

    assert done == [3600.0, 7200.0, 10800.0]


class Turned(HandClock):
    """A clock on which an hour is over when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._turns = asyncio.Semaphore(0)
        self._slept = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self._slept.release()
        await self._turns.acquire()
        self.seconds += seconds

    async def turn(self) -> None:
        """Let one sleep end, and wait for the next."""
        await self._slept.acquire()
        self._turns.release()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_nothing_of_a_person_is_in_the_file(tmp_path: Path) -> None:
    kept = shelf(f"sqlite:///{tmp_path}/jobs.db")
    await kept.create()
    await StoredJobs(kept).open(JOB)
    callback = Callback("report", CANARY, Outcome.HIT, {"token": CANARY}, "d", CANARY.encode())
    await StoredJobs(kept).called_back(callback)
    await kept.aclose()

    assert CANARY.encode() not in all_bytes(tmp_path)


async def test_a_row_that_was_moved_does_not_open(opened: Shelf) -> None:
    jobs = StoredJobs(opened)
    await jobs.open(JOB)
    async with opened.engine.begin() as connection:
        await connection.execute(text("update jobs set key = 'other'"))

    assert await jobs.find("other") is None
    assert await jobs.all_open() == []


async def test_a_database_that_is_gone_fails_closed(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    gone = shelf(f"sqlite:///{tmp_path}/none/jobs.db")

    with pytest.raises(LedgerDown):
        await StoredJobs(gone).open(JOB)
    await gone.aclose()
    # The thread of a connection that failed ends a moment later, and must find its loop.
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 5)


def test_what_is_no_database_is_refused_without_quoting_it() -> None:
    with pytest.raises(ConfigError, match="is no database's URL"):
        shelf("nonsense")
