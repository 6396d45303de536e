"""The whole gateway without its ledger: it asks nobody, says so at once, and comes back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from datachannel_client import Client, Retry, Unavailable
from gateway.clock import LoopClock
from tests.bars import record
from tests.counts import IS_FULL
from tests.e2e.house import House, open_house, outcomes

PATIENCE = 0.25
"""Seconds that spec 5 gives until a caller knows; the bar is of the median."""
UNMEASURED = 0.25
"""More, for the way there and back on a machine that others use."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path / "data") as opened:
        yield opened


async def refused(house: House, count: int) -> list[float]:
    """Ask as often; give the seconds until each caller was told that nothing was asked."""
    clock, waits = LoopClock(), []

    door = house.demo.door
    async with Client(
        door.target, api_key=door.api_key, tls=door.tls, retry=Retry(attempts=1)
    ) as client:

        async def one() -> None:
            begun = clock.now()
            with pytest.raises(Unavailable) as told:
                await client.get_user_info(house.request(), timeout=5)
            waits.append(clock.now() - begun)
            assert told.value.reason == "LEDGER_UNAVAILABLE"

        for _ in range(count // 5):
            await asyncio.gather(*(one() for _ in range(5)))
    return sorted(waits)


async def test_without_a_ledger_no_bureau_is_asked_and_callers_know_soon(
    house: House, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.db", isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        waits = await refused(house, 20)
        held.execute("ROLLBACK")
    hits = len(house.demo.bureaus.calls)
    middle = waits[len(waits) // 2]
    told = f"{hits} bureau calls, UNAVAILABLE after {middle * 1e3:.0f} ms"
    record("ledger_down", f"{told} (worst {waits[-1] * 1e3:.0f} ms)")

    assert hits == 0
    if IS_FULL:
        assert middle <= PATIENCE + 0.05
        assert waits[-1] <= PATIENCE + UNMEASURED
    assert outcomes(await house.ask())["police_id"] == "HIT"
