"""What one process of the gateway is asked to do, until it is done or dies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .callers import Visit
from .process import Process
from .said import CANCELLED, DROPPED, Errand, Said
from .world import World


@dataclass(slots=True)
class Life:
    """Callers come and go; `over` says whether it died."""

    world: World
    process: Process
    left: Sequence[Visit]
    dies_at: float | None
    over: asyncio.Future[bool]
    running: dict[int, float] = field(default_factory=dict)
    """Since when, by visit."""
    came: int = 0
    ended: int = 0

    def begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._await(loop)
        if self.dies_at is not None:
            loop.call_at(self.dies_at, self._end, True)
        if not self.left:
            self._end(False)

    def cut_short(self) -> Sequence[Visit]:
        """Give what the next process has to do: who was not answered asks again."""
        self.process.die()
        now = self.world.now
        self.world.trace.add(now, "died")
        again = []
        for number, begun in self.running.items():
            visit = self.left[number]
            visit.asking.said.append(Said(visit.errand, begun, now, DROPPED))
            if visit.errand is Errand.ASK:
                again.append(replace(visit, at=now))
        return [*again, *self.left[self.came :]]

    def _end(self, died: bool) -> None:
        if not self.over.done():
            self.over.set_result(died)

    def _await(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let one arrive after the other: all at once would be a heap of timers."""
        if self.came < len(self.left):
            loop.call_at(max(self.left[self.came].at, loop.time()), self._arrive, loop)

    def _arrive(self, loop: asyncio.AbstractEventLoop) -> None:
        number, now = self.came, loop.time()
        visit = self.left[number]
        self.came += 1
        self._await(loop)
        asking = visit.asking
        self.running[number] = now
        self.world.trace.add(now, visit.errand, asking.id, asking.person)
        message = asking.message(visit.errand)
        task = loop.create_task(asking.caller(self.process.channel, visit.errand, message))
        task.add_done_callback(partial(self._answered, number))
        if visit.leaves_after is not None:
            loop.call_later(visit.leaves_after, task.cancel)

    def _answered(self, number: int, task: asyncio.Task[Said]) -> None:
        visit, begun, now = self.left[number], self.running.pop(number), self.world.calendar.now()
        # One that is cancelled before its first step says nothing itself.
        said = Said(visit.errand, begun, now, CANCELLED) if task.cancelled() else task.result()
        visit.asking.said.append(said)
        self.world.trace.add(now, "said", visit.asking.id, visit.errand, said.end, said.cost)
        self.ended += 1
        if self.ended == len(self.left):
            self._end(False)
