"""With a ledger that is down nobody is asked, and no caller waits to hear so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from tests.bars import record
from tests.model.machine import CONFIG
from tests.model.script import Script
from tests.simulation.callers import request
from tests.simulation.disk import Commit, Fsync
from tests.simulation.loop import SeededLoop
from tests.simulation.process import Process
from tests.simulation.said import Caller, Errand, Said
from tests.simulation.world import World

DOWN: Mapping[str, Commit] = {
    "refuses": Commit(0.002, Fsync.FAILED),
    "hangs": Commit(3600.0),
}


class Failing(Script):
    """A ledger of which one thing is wrong."""

    wrong: Commit | None = None

    def commit(self) -> Commit:
        return self.wrong or super().commit()


@pytest.mark.parametrize("how", DOWN)
def test_a_ledger_that_is_down_keeps_everybody_from_asking(how: str) -> None:
    script = Failing()
    world = World("down", script, CONFIG)
    loop = SeededLoop()

    async def asked(count: int, name: str) -> list[Said]:
        bodies = (request(f"{name}{n}", f"P{n}", "both").SerializeToString() for n in range(count))
        caller = Caller("lender_a", 8.0)
        asking = (caller(process.channel, Errand.ASK, body) for body in bodies)
        return list(await asyncio.gather(*asking))

    process = loop.run_until_complete(Process.started(world))
    script.wrong = DOWN[how]
    ends = loop.run_until_complete(asked(100, "i"))
    seen, slowest = len(world.network.hits), max(said.at - said.begun for said in ends)

    record("ledger_down", f"{how}: {seen} calls, {slowest * 1000:.0f} ms at most")
    assert {said.end for said in ends} == {"LEDGER_UNAVAILABLE"}
    assert seen == 0
    assert slowest <= 0.25
    loop.drop()
    world.database.close()
