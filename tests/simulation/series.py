"""Many episodes, each with a seed of its own, so that one that fails is seen again in seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from multiprocessing import get_context
from typing import Self

from .episode import INQUIRIES, run


@dataclass(slots=True)
class Tally:
    """What a series came to."""

    inquiries: int = 0
    hits: int = 0
    deaths: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    digest: str = ""

    def add(self, other: Self) -> None:
        self.inquiries += other.inquiries
        self.hits += other.hits
        self.deaths += other.deaths
        self.ends += other.ends
        self.violations += other.violations
        self.digest = blake2b((self.digest + other.digest).encode(), digest_size=12).hexdigest()

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {end}" for end, count in self.ends.most_common())
        return (
            f"{self.inquiries:,} inquiries, {self.hits:,} messages, {self.deaths} deaths,"
            f" {len(self.violations)} violations; trace {self.digest}\n{ends}"
        )


def one(seed: int, inquiries: int = INQUIRIES) -> Tally:
    """Run one episode; a violation is in what it comes to."""
    try:
        episode = run(str(seed), inquiries)
    except AssertionError as violated:
        again = f"make simulate SEED={seed} INQUIRIES={inquiries}"
        return Tally(inquiries, violations=[f"{violated}\nagain: {again}"])
    ends = Counter(said.end for asking in episode.askings for said in asking.said)
    return Tally(
        inquiries,
        len(episode.world.network.hits),
        len(episode.deaths),
        ends,
        digest=episode.world.trace.digest(),
    )


def series(seed: int, inquiries: int, processes: int = 1) -> Iterator[Tally]:
    """Run as many episodes as it takes, seeds one after the other; in order, whoever runs them."""
    sizes = [INQUIRIES] * (inquiries // INQUIRIES)
    if rest := inquiries % INQUIRIES:
        sizes.append(rest)
    jobs = [(seed + number, size) for number, size in enumerate(sizes)]
    if processes == 1:
        yield from (one(*job) for job in jobs)
        return
    with get_context("spawn").Pool(processes, maxtasksperchild=200) as pool:
        yield from pool.imap(_apart, jobs, chunksize=8)


def _apart(job: tuple[int, int]) -> Tally:
    return one(*job)
