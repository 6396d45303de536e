"""What holds of a job whatever happens: answers, callbacks, crashes and starts, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Wire, WireReply
from connectors.errors import ConnectorError
from connectors.job import Ended, Job
from connectors.words import AMBIGUOUS, Outcome
from tests.virtual import VirtualLoop

from .job_house import (
    ACCEPTED,
    CALLBACK,
    DONE,
    DOWN,
    HANGS,
    LOST,
    RUNNING,
    UNSENT,
    Process,
    Says,
    Script,
    Store,
    connector,
    job,
)

SUBMITS = [ACCEPTED, LOST, UNSENT, HANGS, DOWN, Says({"job": "j1"}, 409), Says({}, 201)]


@dataclass(slots=True)
class Told:
    """What happened to one question, in order."""

    log: list[object] = field(default_factory=list)


@dataclass(slots=True)
class ToldStore(Store):
    told: Told = field(default_factory=Told)

    async def update(self, job: Job) -> None:
        await Store.update(self, job)
        if job.submitted:
            self.told.log.append("submitted")

    async def end(self, job: Job, ended: Ended) -> None:
        await Store.end(self, job, ended)
        self.told.log.append(ended.outcome)


@dataclass(slots=True)
class ToldScript(Script):
    told: Told = field(default_factory=Told)

    async def send(self, wire: Wire) -> WireReply:
        says = self.says["/jobs"][0]
        if wire.target == "/jobs" and says is not UNSENT:
            self.told.log.append("submit")
        return await Script.send(self, wire)


@dataclass(frozen=True, slots=True)
class Event:
    at: float
    what: str


TIMES = st.integers(0, 200).map(lambda tenths: tenths / 10)
WHAT = ["ask", "ask", "ask", "crash", "crash", "done", "running", "start"]
EVENTS = st.builds(Event, TIMES, st.sampled_from(WHAT))
SCHEDULES = st.lists(EVENTS, min_size=2, max_size=8).map(
    lambda events: sorted(events, key=lambda e: e.at)
)


class Life:
    """One gateway after the other, on one store."""

    def __init__(self, submits: list[Says], polls: list[Says]) -> None:
        self.told = Told()
        self.script = ToldScript(
            {"/jobs": [*submits, ACCEPTED], "/jobs/": [*polls, DONE]}, told=self.told
        )
        self.store = ToldStore(told=self.told)
        self.spec = connector(effect="hard_inquiry", callback=CALLBACK, job=job())
        self.process: Process | None = None
        self.asking: set[asyncio.Task[None]] = set()

    async def happens(self, what: str) -> None:
        if what == "crash" and self.process is not None:
            # Who asked dies with it.
            for asking in self.asking:
                asking.cancel()
            await self.process.crash()
            self.process = None
        elif self.process is None and what != "crash":
            self.process = Process(self.spec, self.script, self.store)
            await self.process.restart()
        if what == "ask" and self.process is not None:
            self.asking.add(asyncio.create_task(self.asked(self.process)))
        if what in ("done", "running") and self.process is not None:
            await self.process.call_back(what, at=str(asyncio.get_running_loop().time()))

    async def asked(self, process: Process) -> None:
        try:
            await process.ask(within=5)
        except ConnectorError:
            return

    async def all(self, schedule: list[Event]) -> None:
        for event in schedule:
            await asyncio.sleep(max(0.0, event.at - asyncio.get_running_loop().time()))
            await self.happens(event.what)
        await self.happens("start")
        await asyncio.sleep(200)
        assert self.process is not None
        await self.process.aclose()
        await asyncio.gather(*self.asking, return_exceptions=True)


def live(life: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(life)


@given(
    st.lists(st.sampled_from(SUBMITS), min_size=1, max_size=3),
    st.floats(0.01, 4.0),
    st.lists(st.sampled_from([RUNNING, LOST, DOWN, UNSENT]), max_size=6),
    SCHEDULES,
)
@settings(max_examples=100, deadline=None)
def test_a_question_is_submitted_once_and_its_answer_lost_by_nobody(
    submits: list[Says], after: float, polls: list[Says], schedule: list[Event]
) -> None:
    life = Life(
        [each if each in (UNSENT, HANGS) else replace(each, after=after) for each in submits], polls
    )
    live(life.all(schedule))
    log = life.told.log

    # The end is reached.
    assert life.store.jobs == {}
    was_submitted = is_open = blocked = False
    for each in log:
        if each == "submit":
            assert not is_open and not blocked
            is_open, was_submitted = True, False
        elif each == "submitted":
            was_submitted = True
        else:
            # What the bureau is known to have is answered.
            assert not was_submitted or each is Outcome.HIT
            blocked = blocked or (is_open and each in AMBIGUOUS)
            is_open = was_submitted = False
