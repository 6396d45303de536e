"""Some hundred inquiries, the processes that answer them, and their deaths."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from random import Random

from .books import has_intent
from .callers import Asking, Visit, visits
from .laws import Case, broken
from .life import Life
from .loop import SeededLoop
from .process import Process
from .truth import Hit
from .weather import Weather
from .world import CONFIG, World, catalog_of

INQUIRIES = 500
RATES = (40.0, 200.0, 600.0)
"""Inquiries in a second."""


class Violated(AssertionError):
    """A law does not hold; says how to see it again."""


class Episode:
    """One seed's worth of trouble."""

    def __init__(self, seed: str, count: int) -> None:
        self.seed = seed
        chance = Random(f"{seed}/deaths")
        drawn = visits(f"{seed}/callers", count, chance.choice(RATES))
        self.visits = sorted(drawn, key=lambda visit: visit.at)
        seconds = self.visits[-1].at
        self.deaths = sorted(chance.uniform(0.5, seconds) for _ in range(chance.choice((0, 1, 2))))
        self.order = Random(f"{seed}/order") if chance.random() < 0.5 else None
        catalog, _, _ = catalog_of(CONFIG)
        asked = [*catalog.connectors, "login"]
        self.world = World(seed, Weather.drawn(f"{seed}/weather", asked, seconds))
        self.complaints: list[str] = []

    @property
    def askings(self) -> Sequence[Asking]:
        return list({visit.asking.id: visit.asking for visit in self.visits}.values())

    def run(self) -> None:
        """Live through it. Raises `Violated`."""
        left: Sequence[Visit] = self.visits
        # The last one finds nothing to do, but what the one before it left behind.
        for death in [*self.deaths, None, None]:
            left = self._live(left, death)
        self.complaints += broken(Case(self.world, self.askings))
        if self.complaints:
            raise Violated(self.told())

    def _live(self, left: Sequence[Visit], death: float | None) -> Sequence[Visit]:
        """Give what is still to be done after this process."""
        world = self.world
        loop = SeededLoop(world.now, self.order)
        asyncio.set_event_loop(loop)
        try:
            life, died = loop.run_until_complete(self._alive(left, death))
            world.now = loop.time()
            self.complaints += loop.complaints
            after = life.cut_short() if died else []
        finally:
            loop.drop()
            asyncio.set_event_loop(None)
        world.now += Random(f"{self.seed}/{world.lives}").uniform(0.2, 2.0)
        return after

    async def _alive(self, left: Sequence[Visit], death: float | None) -> tuple[Life, bool]:
        loop = asyncio.get_running_loop()
        process = await Process.started(self.world)
        self.world.network.seen = self._witness
        life = Life(self.world, process, left, death, loop.create_future())
        life.begin()
        died = await life.over
        if not died:
            await process.drain()
            await asyncio.sleep(60)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            self.complaints += [f"left behind: {task!r}" for task in others]
        return life, died

    def _witness(self, hit: Hit) -> None:
        if not has_intent(self.world.database, hit.call_id):
            self.complaints.append(f"{hit} has no intent before it")

    def told(self) -> str:
        lines = [*self.world.trace.tail, "", *self.complaints[:20]]
        lines.append(f"{len(self.complaints)} violations; episode {self.seed}")
        return "\n".join(lines)


def run(seed: str, count: int = INQUIRIES) -> Episode:
    """Run one episode. Raises `Violated`."""
    episode = Episode(seed, count)
    with unhurried(), closing(episode.world.database):
        episode.run()
    return episode


@contextmanager
def unhurried() -> Iterator[None]:
    """Collect what is left over after an episode, and not at each thousandth object of it."""
    _freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


@cache
def _freeze() -> None:
    """Look no more at what is there before the first episode: modules, the config, schemas."""
    catalog_of(CONFIG)
    gc.collect()
    gc.freeze()
