"""What is given to a caller who comes back: ends in the place of jobs, and no price twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from connectors.contract import Reply
from connectors.job import Ended, Job
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Billed, Outcome, ServedFrom
from gateway.model import Answer
from gateway.pipeline import nobody
from gateway.stages.recollect import Recollect, is_open
from tests.rooms import NOW, given, granted, reply
from tests.virtual import START

PENDING = replace(reply("old", outcome=Outcome.PENDING, cost=Decimal(0)), job="k", user_info=b"")
HIT = reply("old")
ENDED = Ended(Outcome.HIT, HIT, HIT.billed, HIT.cost)


def open_job(now: datetime = START) -> Job:
    standing = granted("old").standing
    return Job("k", "old", "1.0.0", "r", now, now + timedelta(minutes=1), standing, {})


async def again(kept: Reply, jobs: JobsInMemory) -> Answer:
    found = await Recollect({"old": given(kept)}, jobs)(granted("old"), nobody)
    return found.by_connector["old"]


async def test_the_end_of_a_job_is_given_in_its_place() -> None:
    found = await again(PENDING, JobsInMemory(ends={"k": ENDED}))

    assert found.reply == HIT and HIT.cost > 0


async def test_a_job_that_goes_on_is_still_pending() -> None:
    found = await again(PENDING, JobsInMemory(jobs={"k": open_job()}, ends={"k": ENDED}))

    assert is_open(found)


async def test_a_later_job_of_the_same_question_does_not_hide_the_end_of_an_earlier_one() -> None:
    later = open_job(NOW + timedelta(hours=1))

    assert (await again(PENDING, JobsInMemory({"k": later}, {"k": ENDED}))).reply == HIT
    assert is_open(await again(PENDING, JobsInMemory({"k": later})))


async def test_who_had_joined_another_pays_nothing_for_its_end() -> None:
    found = await again(
        replace(PENDING, served_from=ServedFrom.SHARED), JobsInMemory(ends={"k": ENDED})
    )

    assert found.reply is not None
    assert (found.reply.served_from, found.reply.cost) == (ServedFrom.SHARED, Decimal(0))


async def test_a_job_that_nobody_follows_is_lost_and_not_pending_for_ever() -> None:
    found = await again(PENDING, JobsInMemory())

    assert found.outcome is Outcome.LOST
    assert found.missed is not None and found.missed.error is not None
    assert found.missed.error.billed is Billed.UNKNOWN
