"""Callers, bureaus, the ledger and the process itself, each doing its worst at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.simulation.books import entries, has_intent
from tests.simulation.callers import Asking, request
from tests.simulation.disk import Fsync
from tests.simulation.laws import Case, broken
from tests.simulation.loop import SeededLoop
from tests.simulation.network import Passage
from tests.simulation.plant import Plant
from tests.simulation.process import Process
from tests.simulation.said import CANCELLED, DROPPED, Caller, Errand, Said
from tests.simulation.truth import Fate, Hit
from tests.simulation.world import World

from .again import question, quietly
from .script import Script

T = TypeVar("T")

CONFIG = Path(__file__).parent / "config"
TENANT = "lender_a"
SETTLED = 60.0
"""Seconds in which all that is under way ends: `settle` is 12."""

PASSAGES = st.builds(
    Passage,
    fate=st.sampled_from([each for each in Fate if each is not Fate.UNAUTHORISED]),
    connect=st.sampled_from((0.002, 0.5)),
    answer=st.sampled_from((0.02, 1.0, 4.0, 4.0)),
    wait=st.sampled_from((0.0, 1.0)),
    bills=st.booleans(),
)
COMMITS = st.lists(st.sampled_from(Fsync), max_size=3)
WHICH = st.integers(0, 7)


class Billing(RuleBasedStateMachine):
    """
    Compares the ledger with what the bureaus know, when all has settled.

    A process of the gateway is a loop: one that dies is thrown away with all that
    it had under way, and the next one finds what was durable.
    """

    plant: ClassVar = Plant()
    examples: ClassVar = 0
    """How many have begun."""

    @initialize()
    def begin(self) -> None:
        type(self).examples += 1
        self.script = Script()
        self.world = World("model", self.script, CONFIG, self.plant)
        self.askings: list[Asking] = []
        self.running: list[tuple[Asking, Callable[..., Said], asyncio.Task[Said]]] = []
        self.complaints: list[str] = []
        self._start()

    @rule(
        person=st.sampled_from(("ann", "ann", "bob")),
        product=st.sampled_from(("paid", "paid", "both")),
        patience=st.sampled_from((0.3, 2.5, 8.0)),
        reuse=st.sampled_from((1, 1, 1, 1, 2, 3)),
        passages=st.lists(PASSAGES, max_size=4),
        commits=st.one_of(st.just([]), st.just([]), COMMITS),
        then=st.sampled_from((0.0, 0.02, 0.6)),
    )
    def ask(
        self,
        passages: Sequence[Passage],
        commits: Sequence[Fsync],
        then: float,
        **asked: Any,
    ) -> None:
        self.script.fates.extend(passages)
        self.script.commits.extend(commits)
        self._ask(**asked)
        self._run(asyncio.sleep(then))

    def _ask(self, person: str, product: str, patience: float, reuse: int) -> None:
        made = request(f"i{len(self.askings)}", person, product)
        made.reuse.mode = reuse  # type: ignore[assignment] # an enum's number
        caller = Caller(TENANT, patience)
        asking = Asking(made.inquiry_id, person, caller, made.SerializeToString(), reuse)
        self.askings.append(asking)
        self._send(asking, Errand.ASK)

    def _send(self, asking: Asking, errand: Errand) -> None:
        doing = asking.caller(self.process.channel, errand, asking.message(errand))
        said = partial(Said, errand, self.loop.time())
        self.running.append((asking, said, self.loop.create_task(doing)))

    @rule(seconds=st.sampled_from((0.001, 0.02, 0.6, 3.0, 15.0)))
    def wait(self, seconds: float) -> None:
        self._run(asyncio.sleep(seconds))

    @precondition(lambda self: self.askings)
    @rule(which=WHICH, errand=st.sampled_from(Errand), then=st.sampled_from((0.0, 0.02, 3.0)))
    def come_again(self, which: int, errand: Errand, then: float) -> None:
        self._send(self.askings[which % len(self.askings)], errand)
        self._run(asyncio.sleep(then))

    @precondition(lambda self: self.running)
    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        self.running[which % len(self.running)][2].cancel()
        self._run(asyncio.sleep(0))

    @rule(
        kind=st.sampled_from(("dies", "reloads", "ledger fails", "ledger is unsure")),
        seconds=st.sampled_from((0.01, 0.5, 3.0)),
    )
    def trouble(self, kind: str, seconds: float) -> None:
        """One rule for all that is dear, so that most of the time goes to what is asked."""
        if kind == "dies":
            self._die(seconds)
        elif kind == "reloads":
            self.process.reload()
        else:
            self.script.ledger = Fsync.FAILED if kind == "ledger fails" else Fsync.AMBIGUOUS
            self._run(asyncio.sleep(seconds))
            self.script.ledger = Fsync.WRITTEN

    def _die(self, begins_after: float) -> None:
        self._listen()
        for asking, said, _ in self.running:
            asking.said.append(said(self.loop.time(), DROPPED))
        self.running.clear()
        self._drop()
        self.world.now += begins_after
        self._start()

    def teardown(self) -> None:
        if not hasattr(self, "process"):
            return
        try:
            self._settle()
        finally:
            asyncio.set_event_loop(None)
            self.world.database.close()
        assert not self.complaints, "\n".join([*self.world.trace.tail, *self.complaints])

    def _settle(self) -> None:
        """Let all end that is under way, and then the process; the next one finds what is left."""
        self.script.clear()
        self._run(asyncio.sleep(SETTLED))
        self._listen()
        self.complaints += [f"{each[0]} was never answered" for each in self.running]
        self._run(self.process.drain())
        self.complaints += self.loop.complaints
        self._drop()
        self._start()
        self._drop()
        self.complaints += broken(Case(self.world, self.askings))

    def _listen(self) -> None:
        """Take in what callers were told by now."""
        for asking, said, task in self.running:
            if task.cancelled():
                asking.said.append(said(self.loop.time(), CANCELLED))
            elif task.done():
                asking.said.append(task.result())
        self.running = [each for each in self.running if not each[2].done()]

    def _start(self) -> None:
        self.loop = SeededLoop(self.world.now)
        asyncio.set_event_loop(self.loop)
        self.process = self._run(Process.started(self.world))
        self.world.network.seen = self._witness
        if self.plant.resends:
            self._resend()

    def _witness(self, hit: Hit) -> None:
        if not has_intent(self.world.database, hit.call_id):
            self.complaints.append(f"{hit} has no intent before it")

    def _resend(self) -> None:
        """Ask again what is open, as no recovery may."""
        known = {asking.id: asking for asking in self.askings}
        for entry in entries(self.world.database).values():
            lost = entry.outcomes and entry.outcomes[-1][3] == "recovery"
            if lost and entry.inquiry in known:
                query = question(entry, known[entry.inquiry], self.loop.time() + 5)
                call = self.process.assembled.calls[entry.connector]
                self.loop.create_task(quietly(call, query))

    def _drop(self) -> None:
        self.world.now = self.loop.time()
        self.process.die()
        self.loop.drop()

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)
