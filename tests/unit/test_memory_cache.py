"""The near cache holds so many bytes, each answer for its time, and nobody who was erased."""

from dataclasses import replace

import pytest

from connectors.contract import FieldNote, Reply
from connectors.keeping import Kept, Place
from connectors.words import FieldStatus, Outcome
from gateway.store.cache.memory import ENTRY, MemoryCache

from ..standins import HandClock

REPLY = Reply("acme_score", "1", Outcome.HIT, user_info=b"x" * 100)


class Near:
    """A cache, and the time in which it stands."""

    def __init__(self, largest: int = 100_000) -> None:
        self.clock = HandClock()
        self.cache = MemoryCache(self.clock, largest=largest)

    def kept(self, seconds: float, reply: Reply = REPLY) -> Kept:
        now = self.clock.now()
        return Kept(reply, self.clock.utc(), now, now + seconds, now + seconds)

    async def put(self, name: str, seconds: float = 60, reply: Reply = REPLY) -> None:
        await self.cache.put(place(name), self.kept(seconds, reply))

    async def get(self, *names: str) -> Reply | None:
        kept = await self.cache.get(place(*names), lambda _: True)
        return kept.reply if kept else None


def place(*names: str, subject: str = "s1", tenant: str = "lender") -> Place:
    return Place(names, tenant, subject)


async def test_a_reply_is_given_as_it_was_put() -> None:
    near = Near()
    await near.put("key")

    assert await near.get("key") is REPLY
    assert await near.get("other") is None


async def test_what_an_earlier_key_has_named_is_found() -> None:
    near = Near()
    await near.put("old")

    assert await near.get("new", "old") is REPLY


async def test_each_reply_goes_at_its_own_time() -> None:
    near = Near()
    await near.put("short", 10)
    await near.put("long", 60)
    near.clock.seconds += 10

    assert await near.get("short") is None
    assert await near.get("long") is REPLY


async def test_a_reply_is_there_until_it_is_not_even_stale() -> None:
    near = Near()
    kept = near.kept(60)
    await near.cache.put(place("key"), replace(kept, fresh_until=kept.since))

    assert await near.get("key") is REPLY


@pytest.mark.parametrize("seconds", [0, -1])
async def test_what_has_no_time_left_is_not_kept(seconds: float) -> None:
    """Nor is the older reply under the same key, which the new one has overtaken."""
    near = Near()
    await near.put("key", 60)
    await near.put("key", seconds)

    assert await near.get("key") is None


async def test_the_least_used_goes_when_bytes_run_out() -> None:
    near = Near(largest=3 * (ENTRY + 200))
    for key in ("a", "b", "c"):
        await near.put(key)
    await near.get("a")
    await near.put("d")

    assert await near.get("b") is None
    assert [await near.get(key) is REPLY for key in ("a", "c", "d")] == [True, True, True]


async def test_notes_and_bytes_count() -> None:
    notes = {f"path_{n}": FieldNote(FieldStatus.PRESENT) for n in range(50)}
    plain, noted = Near(), Near()
    await plain.put("key")
    await noted.put("key", reply=replace(REPLY, meta=notes))

    assert plain.cache.size > 100
    assert noted.cache.size > plain.cache.size + 50 * len("path_0")


async def test_what_is_larger_than_all_is_not_kept() -> None:
    near = Near(largest=50)
    await near.put("key")

    assert await near.get("key") is None
    assert near.cache.size == 0


async def test_a_person_is_erased_and_no_other() -> None:
    near = Near()
    for name, subject, tenant in (("a", "s1", "lender"), ("b", "s2", "lender"), ("c", "s1", "x")):
        await near.cache.put(place(name, subject=subject, tenant=tenant), near.kept(60))
    await near.cache.forget("lender", "s1")

    assert [await near.get(name) is None for name in "abc"] == [True, False, False]


async def test_what_was_under_way_when_a_person_was_erased_is_not_kept() -> None:
    """And what that person consents to afterwards is."""
    near = Near()
    under_way = near.kept(60)
    near.clock.seconds += 1
    await near.cache.forget("lender", "s1")
    near.clock.seconds += 1
    await near.cache.put(place("key"), under_way)
    assert await near.get("key") is None

    await near.put("key")
    assert await near.get("key") is REPLY
