"""Whoever asks, of whomever, by whichever key, whatever is in the store: never another's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from random import Random
from time import process_time

from connectors.contract import Query
from connectors.keeping import Place
from connectors.policy.reuse.cache_key import compile_names
from connectors.words import Purpose
from gateway.security.cache_keys import CacheKeys
from gateway.store.cache.events import CacheEvent
from gateway.store.cache.memory import MemoryCache
from tests.bars import record
from tests.cache.lines import Remembering
from tests.cache.processes import KEY, NEWER, Process
from tests.counts import count, seed
from tests.one_connector import question

LOOKS = count(20_000, 200_000)
TOGETHER = 100

PIECES = ("a", "b", "ab", "a|b", "|", "", "a\0b", "\0", "a:b", "\ud800", "é", "e\u0301", "1", "01")
"""Texts that run into each other wherever they are joined carelessly."""
TENANTS = ("a", "ab", "b", "a|b")
CONNECTORS = (
    ("score@1.0.0", "m1"),
    ("score@1.0.0", "m2"),
    ("score@1.0.0m", "1"),
    ("score@1.0.01", "m1"),
    ("scor", "e@1.0.0m1"),
)
FIELDS = ("subject.a", "subject.b", "subject.c")
KEYS = ((KEY,), (NEWER, KEY), (NEWER,))
"""What three processes know while a key is changed."""


@dataclass(frozen=True)
class Question:
    """One question, and the words that only its answer says."""

    identity: tuple[str, str]
    query: Query
    text: str


def questions(random: Random) -> list[Question]:
    values = list(islice(product((*PIECES, None), repeat=3), 4000))
    found = {}
    for _ in range(600):
        tenant, purpose = random.choice(TENANTS), random.choice(list(Purpose)[:3])
        identity, given = random.choice(CONNECTORS), random.choice(values)
        known = {name: value for name, value in zip("abc", given, strict=True) if value is not None}
        plain = question(known)
        standing = replace(
            plain.standing, tenant=tenant, purpose=purpose, subject_token=str(sorted(known.items()))
        )
        text = ascii((tenant, purpose, identity, given))
        found[text] = Question(identity, replace(plain, standing=standing), text)
    return list(found.values())


class Town:
    """Three processes at one store, and somebody who moves its values about."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.line = Remembering()
        self.questions = questions(random)
        self.processes = [Process.of(self.line, keys, random=random) for keys in KEYS]
        self.names = [
            {
                identity: compile_names(
                    tuple(CacheKeys.of(key, "tests").names for key in keys), identity, FIELDS
                )
                for identity in CONNECTORS
            }
            for keys in KEYS
        ]
        self.hits = self.wrong = 0

    async def look(self) -> None:
        which, asked = self.random.randrange(3), self.random.choice(self.questions)
        process, standing = self.processes[which], asked.query.standing
        names = self.names[which][asked.identity](asked.query)
        place = Place(names, standing.tenant, standing.subject_token)
        kept = await process.cache.get(place, lambda _: True)
        if kept is None:
            await process.cache.put(place, process.kept(asked.text))
        else:
            self.hits += 1
            self.wrong += kept.reply.user_info != asked.text.encode()

    def meddle(self) -> None:
        """Copy, swap, cut and make up what is kept; and let a process start anew."""
        values: Sequence[str] = [name for name in self.line.values if ":v:" in name]
        for _ in range(6):
            one, other = self.random.choice(values), self.random.choice(values)
            self.line.values[one] = self.line.values[other]
        cut = self.random.choice(values)
        self.line.values[cut] = self.line.values[cut][: self.random.randrange(60)]
        process = self.random.choice(self.processes)
        near = MemoryCache(process.clock, largest=2**20)
        process.cache = replace(process.cache, near=near)


async def test_nobody_ever_gets_the_answer_to_another_question() -> None:
    begun = process_time()
    town = Town(Random(seed()))
    for _ in range(LOOKS // TOGETHER):
        await asyncio.gather(*(town.look() for _ in range(TOGETHER)))
        town.meddle()
    unsealable = sum(process.seen[CacheEvent.UNSEALABLE] for process in town.processes)
    record(
        "mixups",
        f"{LOOKS} look-ups: {town.hits} hits, {town.wrong} wrong, {unsealable} moved values met;"
        f" {process_time() - begun:.1f} s of CPU",
    )

    assert town.wrong == 0
    assert town.hits > LOOKS / 3
    assert unsealable > LOOKS / 1000
