"""Some hundred inquiries, the processes that answer them, and their deaths."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from .books import has_intent, open_books
from .callers import Asking, askings
from .laws import Case, broken
from .loop import SeededLoop
from .process import Process
from .said import DROPPED, Said, ask
from .truth import Hit
from .weather import Weather
from .world import CONFIG, World, catalog_of

INQUIRIES = 500
RATES = (20.0, 60.0, 200.0)
"""Inquiries in a second."""
MEMORY = Path("/dev/shm")  # noqa: S108 - where files are nobody's disk


class Violated(AssertionError):
    """A law does not hold; says how to see it again."""


@dataclass(slots=True)
class Life:
    """What one process is given to do, until it is done or dies."""

    world: World
    process: Process
    left: list[Asking]
    dies_at: float | None
    over: asyncio.Future[bool]
    running: dict[str, float] = field(default_factory=dict)
    """Since when, by inquiry."""
    ended: int = 0

    def begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._await(loop, 0)
        if self.dies_at is not None:
            loop.call_at(self.dies_at, self._end, True)
        if not self.left:
            self._end(False)

    def _end(self, died: bool) -> None:
        if not self.over.done():
            self.over.set_result(died)

    def _await(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        """Let one arrive after the other: all at once would be a heap of timers."""
        if number < len(self.left):
            at = max(self.left[number].at, loop.time())
            loop.call_at(at, self._arrive, loop, number)

    def _arrive(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        asking = self.left[number]
        self._await(loop, number + 1)
        now = loop.time()
        self.running[asking.id] = now
        self.world.trace.add(now, "ask", asking.id, asking.person)
        doing = ask(self.process.channel, asking.tenant, asking.body, asking.patience)
        task = loop.create_task(doing)
        task.add_done_callback(partial(self._answered, asking))
        if asking.leaves_after is not None:
            loop.call_later(asking.leaves_after, task.cancel)

    def _answered(self, asking: Asking, task: asyncio.Task[Said]) -> None:
        begun, now = self.running.pop(asking.id), self.world.calendar.now()
        # One that is cancelled before its first step says nothing itself.
        said = Said(begun, now, "cancelled") if task.cancelled() else task.result()
        asking.said.append(said)
        self.world.trace.add(said.at, "said", asking.id, said.end, said.cost)
        self.ended += 1
        if self.ended == len(self.left):
            self._end(False)


class Episode:
    """One seed's worth of trouble."""

    def __init__(self, seed: str, count: int, folder: Path) -> None:
        self.seed = seed
        chance = Random(f"{seed}/deaths")
        self.askings = list(askings(f"{seed}/callers", count, chance.choice(RATES)))
        self.askings.sort(key=lambda asking: asking.at)
        seconds = self.askings[-1].at
        self.deaths = sorted(chance.uniform(0.5, seconds) for _ in range(chance.choice((0, 1, 2))))
        self.order = Random(f"{seed}/order") if chance.random() < 0.5 else None
        weather = Weather.drawn(f"{seed}/weather", self.connectors(), seconds)
        self.world = World(seed, folder, weather)
        self.complaints: list[str] = []
        self.hits: list[Hit] = []

    @staticmethod
    def connectors() -> list[str]:
        catalog, _, _ = catalog_of(CONFIG)
        return [*catalog.connectors, "login"]

    def run(self) -> None:
        """Live through it. Raises `Violated`."""
        left = self.askings
        for death in [*self.deaths, None]:
            left = self._live(left, death)
        with closing(open_books(self.world.ledger_file)) as books:
            self.complaints += broken(Case(self.world, self.askings, books))
        if self.complaints:
            raise Violated(self.told())

    def _live(self, left: list[Asking], death: float | None) -> list[Asking]:
        """Give what is still to be asked after this process."""
        world = self.world
        loop = SeededLoop(world.now, self.order)
        asyncio.set_event_loop(loop)
        try:
            life, died = loop.run_until_complete(self._alive(left, death))
            world.now = loop.time()
            self.complaints += loop.complaints
            for asking in left:
                if (begun := life.running.get(asking.id)) is not None:
                    asking.said.append(Said(begun, world.now, DROPPED))
                    world.trace.add(world.now, DROPPED, asking.id)
            if died:
                life.process.die()
        finally:
            loop.drop()
            asyncio.set_event_loop(None)
        if died:
            world.trace.add(world.now, "died")
            world.now += Random(f"{self.seed}/{world.lives}").uniform(0.2, 2.0)
        return [asking for asking in left if not asking.said]

    async def _alive(self, left: list[Asking], death: float | None) -> tuple[Life, bool]:
        loop: Any = asyncio.get_running_loop()
        process = await Process.started(self.world)
        life = Life(self.world, process, left, death, loop.create_future())
        with closing(open_books(self.world.ledger_file)) as books:

            def witness(hit: Hit) -> None:
                if not has_intent(books, hit.call_id):
                    self.complaints.append(f"{hit} has no intent before it")

            self.world.network.seen = witness
            life.begin()
            died = await life.over
            if not died:
                await process.drain()
                await asyncio.sleep(60)
                left_over = asyncio.all_tasks() - {asyncio.current_task()}
                self.complaints += [f"left behind: {task!r}" for task in left_over]
        return life, died

    def told(self) -> str:
        lines = [*self.world.trace.tail, "", *self.complaints[:20]]
        lines.append(f"{len(self.complaints)} violations; episode {self.seed}")
        return "\n".join(lines)


def run(seed: str, count: int = INQUIRIES) -> Episode:
    """Run one episode on files that are gone afterwards. Raises `Violated`."""
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        episode = Episode(seed, count, Path(folder))
        # What is left over goes after each episode, and not at each thousandth object of it.
        gc.disable()
        try:
            episode.run()
        finally:
            gc.enable()
            gc.collect()
    return episode
