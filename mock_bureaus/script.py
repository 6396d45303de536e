"""What the mock bureaus have been told to do next: faults by the call, and latency."""

import math
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
    """Only for a call that mentions this identity number."""
    path: str = ""
    """Only for this path; empty: any path but those that only hand out tokens."""
    keep: bool = False
    """Not used up by a call: holds until the script is replaced."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}")
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
        here = self.path == desk.path if self.path else desk.about_persons
        return here and self.subject in received.text


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
    steps: list[Step] = field(default_factory=list)

    def take(self, desk: Desk, received: Received) -> Step:
        """Take the first step that applies, with its latency settled."""
        step = next((s for s in self.steps if s.applies(desk, received)), Step())
        if step in self.steps and not step.keep:
            self.steps.remove(step)
        if step.latency:
            return step
        return replace(step, latency=f"{self.latency.draw(self.chance)}s")
