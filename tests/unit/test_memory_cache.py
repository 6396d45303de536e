import math

import pytest

from connectors.contract import FieldNote, Reply
from connectors.words import FieldStatus, Outcome
from gateway.store.cache.memory import ENTRY, MemoryCache

from ..standins import HandClock

REPLY = Reply("acme_score", "1", Outcome.HIT, user_info=b"x" * 100)


async def test_a_reply_is_given_as_it_was_put() -> None:
    cache = MemoryCache(HandClock(), largest=100_000)
    await cache.put("key", REPLY, 60)

    assert await cache.get("key") is REPLY
    assert await cache.get("other") is None


async def test_each_reply_goes_at_its_own_time() -> None:
    clock = HandClock()
    cache = MemoryCache(clock, largest=100_000)
    await cache.put("short", REPLY, 10)
    await cache.put("long", REPLY, 60)
    clock.seconds += 10

    assert await cache.get("short") is None
    assert await cache.get("long") is REPLY


@pytest.mark.parametrize("ttl", [0, -1, math.nan])
async def test_what_has_no_time_left_is_not_kept(ttl: float) -> None:
    """Nor is the older reply under the same key, which the new one has overtaken."""
    cache = MemoryCache(HandClock(), largest=100_000)
    await cache.put("key", REPLY, 60)
    await cache.put("key", REPLY, ttl)

    assert await cache.get("key") is None


async def test_the_least_used_goes_when_bytes_run_out() -> None:
    cache = MemoryCache(HandClock(), largest=3 * (ENTRY + 200))
    for key in ("a", "b", "c"):
        await cache.put(key, REPLY, 60)
    await cache.get("a")
    await cache.put("d", REPLY, 60)

    assert await cache.get("b") is None
    assert [await cache.get(key) is REPLY for key in ("a", "c", "d")] == [True, True, True]


async def test_notes_and_bytes_count() -> None:
    notes = {f"path_{n}": FieldNote(FieldStatus.PRESENT) for n in range(50)}
    plain = MemoryCache(HandClock(), largest=100_000)
    noted = MemoryCache(HandClock(), largest=100_000)
    await plain.put("key", REPLY, 60)
    await noted.put("key", Reply("acme_score", "1", Outcome.HIT, b"x" * 100, notes), 60)

    assert plain.size > 100
    assert noted.size > plain.size + 50 * len("path_0")


async def test_what_is_larger_than_all_is_not_kept() -> None:
    cache = MemoryCache(HandClock(), largest=50)
    await cache.put("key", REPLY, 60)

    assert await cache.get("key") is None
    assert cache.size == 0
