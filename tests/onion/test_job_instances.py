"""Several processes on one store of jobs: what one that lives is about to submit is left to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectors.contract import Reply
from connectors.errors import ConnectorError, TimedOut
from connectors.job import Job
from connectors.words import Billed, Outcome, ReuseMode
from gateway.jobs.resuming import Resuming, following
from tests.virtual import VirtualClock

from .job_house import (
    ACCEPTED,
    DONE,
    HANGS,
    LOST,
    RUNNING,
    Process,
    Says,
    Script,
    Store,
    connector,
    job,
    question,
)

SLOW = replace(ACCEPTED, after=1.0)


@dataclass
class Ledger:
    """Who lives, as the ledger has it."""

    living: set[str] = field(default_factory=set)
    ever: int = 0
    is_shared: bool = True

    def bears(self, instance: str) -> None:
        self.living.add(instance)
        self.ever += 1

    async def instances(self) -> tuple[frozenset[str], int]:
        return frozenset(self.living), self.ever


class Town:
    """Processes that live side by side, in front of one bureau."""

    def __init__(self) -> None:
        self.store, self.script, self.ledger = Store(), Script({}), Ledger()
        self.processes: list[Process] = []

    def says(self, *submit: Says) -> None:
        self.script.says = {"/jobs": list(submit), "/jobs/": [DONE]}

    def process(self, instance: str, **changes: Any) -> Process:
        return self.hearing(self.script, instance, **changes)

    def hearing(self, script: Script, instance: str, **changes: Any) -> Process:
        """Add a process to which the bureau says something else than to the others."""
        spec = connector(**changes)
        self.processes.append(Process(spec, script, self.store, instance=instance))
        self.ledger.bears(instance)
        return self.processes[-1]

    def resuming(self, process: Process) -> Resuming:
        return Resuming({"acme": process.errands}, process.jobs, self.ledger, VirtualClock())

    async def dies(self, process: Process) -> None:
        await process.crash()
        self.ledger.living.discard(process.jobs.instance)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    yield town
    for process in town.processes:
        await process.aclose()


async def ends(asking: asyncio.Task[Reply]) -> Outcome:
    try:
        return (await asking).outcome
    except ConnectorError as error:
        return error.outcome


@pytest.mark.parametrize("effect", ["chargeable", "hard_inquiry"])
async def test_a_start_beside_a_process_that_lives_submits_nothing_twice(
    town: Town, effect: str
) -> None:
    town.says(SLOW)
    first = town.process("a", effect=effect)
    asking = asyncio.create_task(first.ask(within=8))
    await asyncio.sleep(0.3)
    second = town.process("b", effect=effect)

    assert await town.resuming(second).once() == 0
    assert len(town.store.jobs) == 1 and town.store.ends == {}
    assert (await second.ask(within=8)).outcome is Outcome.HIT
    assert (await asking).outcome is Outcome.HIT
    assert town.script.paths("/jobs") == 1


async def test_what_one_that_died_has_left_is_taken_over_by_one_of_those_that_live(
    town: Town,
) -> None:
    town.says(HANGS)
    first = town.process("a")
    asking = asyncio.create_task(first.ask())
    others = [town.resuming(town.process(name)) for name in ("b", "c")]
    await asyncio.sleep(1)
    assert [await other.once() for other in others] == [0, 0]
    await town.dies(first)

    assert sum(await asyncio.gather(*(other.once() for other in others))) == 1
    await asyncio.sleep(1)
    assert [end.note for end in town.store.ends.values()] == ["interrupted"]
    assert town.script.paths("/jobs") == 1
    await asyncio.wait([asking])


async def test_who_waits_for_another_to_submit_has_the_job_where_that_one_dies(
    town: Town,
) -> None:
    town.says(HANGS)
    changes = {"job": job(id="${call.reference}")}
    first = town.process("a", **changes)
    asking = asyncio.create_task(first.ask())
    await asyncio.sleep(0.5)
    second = town.process("b", **changes)
    other = asyncio.create_task(second.ask(within=30))
    await asyncio.sleep(0.5)
    await town.dies(first)

    assert await town.resuming(second).once() == 1
    assert await ends(other) is Outcome.HIT
    assert town.store.jobs == {} and town.script.paths("/jobs") == 1
    await asyncio.wait([asking])


async def test_a_job_is_ended_by_nobody_while_its_owner_may_submit_it(town: Town) -> None:
    """Its time is over, and its submission on the wire: another would be a second purchase."""
    town.says(replace(ACCEPTED, after=15.0))
    changes = {"job": job(background="5s")}
    first = town.process("a", **changes)
    asking = asyncio.create_task(first.ask(within=1))
    await asyncio.sleep(0.3)
    second = town.process("b", **changes)
    with pytest.raises(TimedOut):
        await second.ask(within=10)
    with pytest.raises(TimedOut):
        await second.ask(within=0.5)

    assert len(town.store.jobs) == 1 and town.script.paths("/jobs") == 1
    await asyncio.wait([asking])


async def test_a_process_looks_for_jobs_that_are_nobodys_as_long_as_it_lives(town: Town) -> None:
    town.says(ACCEPTED)
    town.script.says["/jobs/"] = [Says({"state": "running"})]
    first, second = town.process("a"), town.process("b")
    work = {"acme": second.errands}
    async with following(work, second.jobs, town.ledger, VirtualClock()):
        pending = await first.ask(within=1)
        await town.dies(first)
        town.script.says["/jobs/"] = [DONE]
        await asyncio.sleep(10)

        assert town.store.ends[pending.job].outcome is Outcome.HIT
    assert town.script.paths("/jobs") == 1


async def test_one_that_began_and_died_between_two_looks_has_left_a_job_too(town: Town) -> None:
    town.says(HANGS)
    looks = town.resuming(town.process("b"))
    assert await looks.once() == 0
    first = town.process("a")
    asking = asyncio.create_task(first.ask())
    await asyncio.sleep(1)
    await town.dies(first)

    assert await looks.once() == 1
    await asyncio.wait([asking])


async def anew(process: Process) -> Reply:
    """Ask the same for another inquiry, which has it bought again."""
    asked = question()
    standing = replace(asked.standing, reuse=ReuseMode.BYPASS, inquiry_id="i-2")
    return await process.built.call(replace(asked, standing=standing))


@pytest.mark.parametrize("effect", ["chargeable", "hard_inquiry"])
async def test_who_slept_until_others_ended_its_job_writes_down_no_end_of_it(
    town: Town, effect: str
) -> None:
    changes = {"effect": effect, "job": job(background="5s")}
    town.says(Says({"job": "j2"}, 201))
    # It hears nothing of the bureau until the job's time is over, as one that sleeps.
    deaf = Script({"/jobs": [ACCEPTED], "/jobs/": [LOST]})
    slept, other = town.hearing(deaf, "a", **changes), town.process("b", **changes)
    pending = await slept.ask(within=0.5)
    town.ledger.living.discard("a")
    assert await town.resuming(other).once() == 1
    await asyncio.sleep(1)
    assert town.store.ends[pending.job].outcome is Outcome.HIT
    second = await anew(other)
    joined = asyncio.create_task(slept.ask(within=30))
    await asyncio.sleep(6)

    end = town.store.ends[pending.job]
    assert (end.outcome, end.billed, end.call_id) == (Outcome.HIT, Billed.YES, second.call_id)
    rows = slept.ledger.rows
    submission = [each.outcome for each in rows if each.call_id == rows[0].call_id]
    assert submission[1:] == [Outcome.PENDING]
    # Whoever waited at the one that slept has what the others wrote.
    assert (await joined).outcome is Outcome.HIT


async def test_what_is_known_late_of_a_job_that_others_look_after_is_said_and_not_written(
    town: Town,
) -> None:
    changes = {"job": job(background="60s")}
    town.says(ACCEPTED)
    town.script.says["/jobs/"] = [RUNNING]
    hears = Script({"/jobs": [ACCEPTED], "/jobs/": [RUNNING, RUNNING, DONE]})
    slept, other = town.hearing(hears, "a", **changes), town.process("b", **changes)
    asking = asyncio.create_task(slept.ask(within=20))
    await asyncio.sleep(0.5)
    town.ledger.living.discard("a")
    assert await town.resuming(other).once() == 1
    assert await ends(asking) is Outcome.HIT

    assert [each.instance for each in town.store.jobs.values()] == ["b"]
    assert town.store.ends == {}
    town.script.says["/jobs/"] = [DONE]
    await asyncio.sleep(30)
    assert [each.outcome for each in town.store.ends.values()] == [Outcome.HIT]


async def followed(town: Town) -> tuple[Reply, Process, asyncio.Task[Reply]]:
    """Have one process follow the job of another that dies; give the two answers."""
    town.says(ACCEPTED)
    town.script.says["/jobs/"] = [RUNNING]
    first, second = town.process("a"), town.process("b")
    pending = await first.ask(within=0.5)
    other = asyncio.create_task(second.ask(within=30))
    await asyncio.sleep(0.5)
    await town.dies(first)
    return pending, second, other


async def test_who_follows_a_job_and_then_takes_it_over_writes_its_end_down(town: Town) -> None:
    pending, second, other = await followed(town)
    assert await town.resuming(second).once() == 1
    town.script.says["/jobs/"] = [DONE]

    assert await ends(other) is Outcome.HIT
    assert town.store.jobs == {} and town.store.ends[pending.job].outcome is Outcome.HIT


async def test_who_takes_a_job_over_while_it_ends_here_has_its_end_written_all_the_same(
    town: Town,
) -> None:
    pending, second, other = await followed(town)
    polls = len(town.script.sent)
    town.script.says["/jobs/"] = [DONE]
    while len(town.script.sent) == polls:
        await asyncio.sleep(0.01)
    # Looking whose it is and writing the end take a second each; between the two it is taken.
    town.store.commit = 1.0
    await asyncio.sleep(0.5)
    assert await town.resuming(second).once() == 1

    assert await ends(other) is Outcome.HIT
    await asyncio.sleep(10)
    assert town.store.jobs == {} and town.store.ends[pending.job].outcome is Outcome.HIT


class Asleep(Store):
    """What process a opens is there long before a goes on."""

    async def open(self, job: Job) -> Job:
        opened = await Store.open(self, job)
        if job.instance == "a":
            await asyncio.sleep(12)
        return opened


async def test_what_others_have_ended_before_it_was_sent_is_not_sent(town: Town) -> None:
    town.store = Asleep()
    town.says(ACCEPTED)
    slept, other = town.process("a"), town.process("b")
    asking = asyncio.create_task(slept.ask(within=30))
    await asyncio.sleep(1)
    town.ledger.living.discard("a")
    assert await town.resuming(other).once() == 1

    assert await ends(asking) is Outcome.LOST
    assert town.script.sent == []
    assert [end.note for end in town.store.ends.values()] == ["interrupted"]


async def test_another_job_of_the_same_question_is_taken_over_beside_one_that_is_over(
    town: Town,
) -> None:
    deaf = Script({"/jobs": [ACCEPTED], "/jobs/": [LOST, LOST, LOST, DONE]})
    town.says(ACCEPTED, Says({"job": "j2"}, 201))
    slept, other = town.hearing(deaf, "a"), town.process("b")
    pending = await slept.ask(within=0.5)
    town.ledger.living.discard("a")
    assert await town.resuming(other).once() == 1
    await asyncio.sleep(1)
    town.script.says["/jobs/"] = [RUNNING]
    asking = asyncio.create_task(anew(other))
    await asyncio.sleep(0.5)
    await town.dies(other)
    town.ledger.living.add("a")

    assert await town.resuming(slept).once() == 1
    await asyncio.sleep(20)
    assert town.store.jobs == {} and town.store.ends[pending.job].outcome is Outcome.HIT
    await asyncio.wait([asking])
