"""One bureau accepts and never answers: what the inquiries to the others notice of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.contract import Reply
from connectors.errors import ConnectorError
from connectors.words import Outcome
from mock_bureaus import Step
from tests.bars import record
from tests.counts import IS_FULL, count, seed
from tests.e2e.town import DEMO_PERSON, Town, open_town
from tests.onion.whole import HANGS, Says, Whole
from tests.virtual import VirtualLoop

PLACES = 64


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


@pytest.mark.parametrize("effect", ["free", "chargeable"])
def test_a_hang_is_not_noticed_by_who_asks_another(effect: str) -> None:
    """On virtual time: what is decided about the one has no part in the other."""
    many, first = count(1_000, 3_000), seed(5)

    async def play(*, hanging: bool) -> tuple[float, int, int]:
        chance, waits = Random(first), list[float]()
        limit = {"limit": {"concurrency": PLACES}}
        other = Whole(lambda _: Says(after=chance.uniform(0.05, 0.5)), bureau=limit)
        hung = Whole(HANGS if hanging else Says(), {"effect": effect}, bureau=limit)

        async def ask(number: int) -> Any:
            begun = asyncio.get_running_loop().time()
            end = await other.ask(subject={"id_number": f"X{number}"})
            waits.append(asyncio.get_running_loop().time() - begun)
            return end

        beside = asyncio.create_task(hung.asks(many, every=0.02, within=3.0))
        asking = []
        for number in range(many):
            asking.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(0.02)
        ends = await asyncio.gather(*asking)
        await beside
        await hung.owned.settled()
        return p99(waits), sum(not isinstance(end, Reply) for end in ends), hung.transport.most

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        before, failed_before, _ = runner.run(play(hanging=False))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        during, failed, most = runner.run(play(hanging=True))
    added = failed - failed_before
    found = f"p99 {before * 1e3:.1f} -> {during * 1e3:.1f} ms, {added} errors, {most} in flight"
    record("hang", f"{effect}, virtual time: {found}")
    assert during <= before * 1.10 + 0.005 and added <= 0 and most <= PLACES


HUNG, OTHER = "police_id", "multi_lending"


async def measured(town: Town, many: int, *, hanging: bool) -> list[float]:
    """Ask two bureaus, one of which may hang, and give the other's waits: it answers all."""
    town.bureaus.script(HUNG, *([Step("hang", keep=True)] if hanging else []))
    town.bureaus.script(OTHER)
    waits, clock = list[float](), asyncio.get_running_loop().time
    beside = set[asyncio.Task[bool]]()
    for _ in range(many):
        beside.add(asyncio.create_task(answered(town, HUNG)))
        begun = clock()
        assert await answered(town, OTHER)
        waits.append(clock() - begun)
    ended = await asyncio.gather(*beside)
    assert not (hanging and any(ended))
    return waits


async def answered(town: Town, connector: str) -> bool:
    try:
        reply = await town.ask(connector, DEMO_PERSON)
    except ConnectorError:
        return False
    return reply.outcome is Outcome.HIT


async def test_nor_over_sockets(tmp_path: Path) -> None:
    """In turns, so that a busy machine is as busy without it; if need be, the better of two."""
    for _ in range(count(1, 2)):
        waits: dict[bool, list[float]] = {False: [], True: []}
        async with open_town(tmp_path, 0.5) as town:
            await measured(town, 20, hanging=False)
            for _ in range(5):
                for hanging in (False, True):
                    waits[hanging] += await measured(town, count(60, 100), hanging=hanging)
        before, during = p99(waits[False]), p99(waits[True])
        record("hang", f"over sockets: p99 {before * 1e3:.1f} -> {during * 1e3:.1f} ms, 0 errors")
        if is_kept := during <= before * 1.10 + 0.005:
            break
    assert is_kept or not IS_FULL
