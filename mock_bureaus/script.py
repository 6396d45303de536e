"""What the mock bureaus have been told to do next: faults by the call, and latency."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import ClassVar

from pydantic import ConfigDict

from .contract import Desk, Received
from .faults import FAULTS, Fault, quantity

NORMAL_P99 = 2.3263478740408408
"""The standard normal distribution's 99th percentile."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one call."""

    fault: str = "none"
    """A name in `FAULTS`, with an argument where it takes one: "status:502"."""
    latency: str = ""
    """Such as "50ms"; empty: as the bureau's profile has it."""
    subject: str = ""
    """Only for a call that mentions this, or that the bureau knows to be about it."""
    path: str = ""
    """Only for this path, as sent or with places; empty: all but those that hand out tokens."""
    call: int = 0
    """Only for the n-th call to which the rest applies, from 1; 0: for whichever is next."""
    polls: int | None = None
    """How often the client is told to come back; for the call that starts the work."""
    keep: bool = False
    """Not used up by a call: holds until the script is replaced."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}")
        if self.call < 0 or (self.polls or 0) < 0:
            raise ValueError("call and polls are not below 0")
        _ = self.argument, self.pause  # a typo fails here, and not during a call

    @property
    def name(self) -> str:
        return self.fault.partition(":")[0]

    @property
    def kind(self) -> Fault:
        return FAULTS[self.name]

    @property
    def argument(self) -> float:
        return self.kind.argument(self.fault.partition(":")[2])

    @property
    def pause(self) -> float | None:
        return quantity(self.latency) if self.latency else None

    def applies(self, desk: Desk, received: Received) -> bool:
        here = self.path in {desk.path, received.path} if self.path else desk.about_persons
        known = desk.subject(received)
        return here and (not self.subject or concerns(self.subject, known, received))


def concerns(subject: str, known: str, received: Received) -> bool:
    """Tell if a request is about *subject*: the bureau knows it to be, or it says so."""
    said = (received.text, received.path, *received.query.values())
    return subject == known or any(subject in each for each in said)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a bureau takes: log-normal between its percentiles, or always p50."""

    p50_ms: float = 0.0
    p99_ms: float | None = None

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        if self.p50_ms < 0 or (self.p99_ms is not None and self.p99_ms < self.p50_ms):
            raise ValueError("0 <= p50_ms <= p99_ms is wanted")
        if self.p99_ms is not None and self.p50_ms == 0:
            raise ValueError("p99_ms needs a p50_ms above 0")

    def draw(self, chance: Random) -> float:
        """Draw one latency, in seconds."""
        if self.p99_ms is None:
            return self.p50_ms / 1000
        sigma = math.log(self.p99_ms / self.p50_ms) / NORMAL_P99
        return chance.lognormvariate(math.log(self.p50_ms), sigma) / 1000


@dataclass(slots=True)
class Script:
    """One bureau's next steps and its latency."""

    chance: Random
    latency: Latency = Latency()
    _steps: list[Step] = field(default_factory=list)
    _seen: list[int] = field(default_factory=list)
    """How many calls each step has applied to, whether or not it was its turn."""

    @property
    def steps(self) -> Sequence[Step]:
        return tuple(self._steps)

    @steps.setter
    def steps(self, steps: Iterable[Step]) -> None:
        self._steps = list(steps)
        self._seen = [0] * len(self._steps)

    def take(self, desk: Desk, received: Received) -> Step:
        """Take the first step that applies, with its latency settled."""
        step = self._first(desk, received)
        if step.latency:
            return step
        return replace(step, latency=f"{self.latency.draw(self.chance)}s")

    def _first(self, desk: Desk, received: Received) -> Step:
        first = None
        for index, step in enumerate(self._steps):
            if not step.applies(desk, received):
                continue
            self._seen[index] += 1
            seen = self._seen[index]
            due = step.call in {0, seen} or (step.keep and seen > step.call)
            if first is None and due:
                first = index
        if first is None:
            return Step()
        if self._steps[first].keep:
            return self._steps[first]
        del self._seen[first]
        return self._steps.pop(first)
