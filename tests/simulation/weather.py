"""What a seed draws of everything that can go wrong outside of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol, Self

from .disk import Commit, Fsync
from .network import Passage
from .shared_cache import Look
from .truth import Fate

WEIGHTS: Final = {
    Fate.SLOW: 14,
    Fate.REFUSED: 16,
    Fate.LOST_BEFORE: 10,
    Fate.LOST_AFTER: 12,
    Fate.HANGS_BEFORE: 4,
    Fate.HANGS_AFTER: 5,
    Fate.GARBAGE: 6,
    Fate.STRANGER: 5,
    Fate.BROKEN: 12,
    Fate.BUSY: 11,
    Fate.UNAUTHORISED: 5,
}
FATES: Final = tuple(WEIGHTS)
WEIGHED: Final = tuple(WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class Spell:
    """A while in which one thing is wrong."""

    begin: float
    end: float
    fate: Fate = Fate.REFUSED
    connector: str = ""

    def covers(self, now: float) -> bool:
        return self.begin <= now < self.end


class Outside(Protocol):
    """Says how all that is not the gateway behaves from moment to moment."""

    @property
    def jumps(self) -> Sequence[tuple[float, float]]:
        """When wall time is wrong, and by how much, in seconds."""
        ...

    def passage(self, connector: str) -> Passage: ...

    def commit(self) -> Commit: ...

    def look(self) -> Look: ...


@dataclass(slots=True)
class Weather:
    """The faults of one episode: equal seeds draw equal ones."""

    chance: Random
    faults: float
    """Of messages, the share that goes wrong by itself."""
    outages: Sequence[Spell] = ()
    ledger: Sequence[Spell] = ()
    """REFUSED: no commit succeeds; HANGS_BEFORE: none ends; LOST_AFTER: each may have."""
    cache: Sequence[Spell] = ()
    jumps: Sequence[tuple[float, float]] = ()

    @classmethod
    def drawn(cls, seed: str, connectors: Sequence[str], seconds: float) -> Self:
        chance = Random(seed)

        def spells(most: int, longest: float, fates: Sequence[Fate]) -> list[Spell]:
            begins = [chance.uniform(0, seconds) for _ in range(chance.randint(0, most))]
            return [
                Spell(
                    begin,
                    begin + chance.uniform(0.1, longest),
                    chance.choice(fates),
                    chance.choice(connectors),
                )
                for begin in begins
            ]

        return cls(
            chance,
            faults=chance.choice((0.02, 0.1, 0.3, 0.6)),
            outages=spells(3, 4.0, FATES),
            ledger=spells(2, 1.5, (Fate.REFUSED, Fate.HANGS_BEFORE, Fate.LOST_AFTER)),
            cache=spells(2, 3.0, FATES),
            jumps=sorted(
                (chance.uniform(0, seconds), chance.choice((-3600.0, -5.0, 5.0, 3600.0)))
                for _ in range(chance.randint(0, 2))
            ),
        )

    def passage(self, connector: str) -> Passage:
        chance, now = self.chance, asyncio.get_running_loop().time()
        fate = Fate.ANSWERED
        for spell in self.outages:
            if spell.connector == connector and spell.covers(now):
                fate = spell.fate
        if fate is Fate.ANSWERED and chance.random() < self.faults:
            (fate,) = chance.choices(FATES, WEIGHED)
        slow = fate is Fate.SLOW
        return Passage(
            fate,
            connect=0.001 + 0.02 * chance.random(),
            answer=chance.uniform(1.0, 15.0) if slow else min(0.9, chance.expovariate(12)),
            wait=float(chance.randint(0, 2)),
            bills=chance.random() < 0.5,
        )

    def commit(self) -> Commit:
        now = asyncio.get_running_loop().time()
        seconds = 0.001 + 0.006 * self.chance.random()
        for spell in self.ledger:
            if spell.covers(now):
                if spell.fate is Fate.HANGS_BEFORE:
                    return Commit(spell.end - now + seconds)
                failed = spell.fate is Fate.REFUSED or self.chance.random() < 0.5
                return Commit(seconds, Fsync.FAILED if failed else Fsync.AMBIGUOUS)
        return Commit(seconds)

    def look(self) -> Look:
        now = asyncio.get_running_loop().time()
        if any(spell.covers(now) for spell in self.cache):
            return Look(0.02, lost=True)
        return Look(0.0005 + 0.004 * self.chance.random(), lost=self.chance.random() < 0.02)
