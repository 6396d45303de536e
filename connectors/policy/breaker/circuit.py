"""When a bureau is left alone, and when it is tried again: decided on facts and time alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto, unique
from math import ceil, log2
from random import Random

from ..window import Window

UNREACHABLE_IN_A_ROW = 5
LOOK = 0.5
"""
Seconds between looks at the share of failures, as Hystrix has it.

Looked at with each call, the first twenty of a bureau that fails three times in ten would
open it once in fifteen times, by chance alone.
"""
LONGEST = 60.0
"""Seconds that it stays open at most."""
JITTER = 0.2
"""Of that time: breakers that opened together do not all try together."""
CLEAN = 60.0
"""Seconds without opening after which one opening is forgotten."""
BAD, OF_THE_LAST = 3, 20
"""So many bad payloads of so many calls: from then on each is a failure."""


@unique
class State(Enum):
    """What is done with the next call."""

    CLOSED = auto()
    HALF_OPEN = auto()
    OPEN = auto()


@unique
class Verdict(Enum):
    """What the end of one attempt says of its bureau."""

    SUCCESS = auto()
    FAILURE = auto()
    UNREACHABLE = auto()
    """A failure, too: it could not even be sent."""
    BAD_PAYLOAD = auto()
    """An answer that nobody can use: a failure where there are more of them."""
    IGNORED = auto()
    """It was our doing, or the caller's, or says nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a circuit opens, for how long, and what closes it."""

    error_threshold: float = 0.5
    request_threshold: int = 20
    window: float = 10.0
    sleep: float = 5.0
    half_open_attempts: int = 3
    required_successful: int = 5


class Circuit:
    """
    Closed, it counts; open, it lets nothing through; half-open, a few that try.

    Each change of state begins a generation: the result of a call that was let
    through in an earlier one is no news, and is ignored.
    """

    def __init__(self, rule: Rule, random: Random) -> None:
        self._rule = rule
        self._random = random
        self.generation = 0
        self.state = State.CLOSED
        self.window = Window(rule.window)
        self.openings = 0
        """Those that are not forgotten yet; each doubles the next one's time."""
        self._most_openings = max(0, ceil(log2(LONGEST / rule.sleep)))
        self.since = 0.0
        """When the state changed."""
        self.until = 0.0
        """Of an open one: when the first call may try."""
        self._probes = 0
        self._successes = 0
        self._unreachable = 0
        self._look = 0.0
        """When the share is looked at next."""
        self._bad = 0
        """A bit for each of the last calls."""
        self._forced = False

    def enter(self, now: float) -> int | None:
        """Let a call through, and give its generation; None where it may not be made."""
        if self.state is not self.seen(now):
            self._become(State.HALF_OPEN, now)
        if self.state is State.OPEN:
            return None
        if self.state is State.HALF_OPEN:
            if self._probes >= self._rule.half_open_attempts:
                return None
            self._probes += 1
        return self.generation

    def seen(self, now: float) -> State:
        """Tell the state in which a call would find it."""
        rested = self.state is State.OPEN and now >= self.until and not self._forced
        return State.HALF_OPEN if rested else self.state

    def ended(self, generation: int, verdict: Verdict, now: float) -> None:
        """Hear how a call ended that was let through."""
        if generation != self.generation:
            return
        verdict = self._weighed(verdict)
        if self.state is State.HALF_OPEN:
            self._tried(verdict, now)
        elif verdict is not Verdict.IGNORED:
            self._counted(verdict, now)

    def force(self, state: State | None, now: float) -> None:
        """Hold it open or closed, whatever happens; None: let it begin anew."""
        self._become(state or State.CLOSED, now)
        self._forced = state is not None

    def _weighed(self, verdict: Verdict) -> Verdict:
        """Say what a bad payload counts for; ignored is what is not yet one of many."""
        if verdict is Verdict.IGNORED:
            return verdict
        is_bad = verdict is Verdict.BAD_PAYLOAD
        self._bad = (self._bad << 1 | is_bad) & ((1 << OF_THE_LAST) - 1)
        if not is_bad:
            return verdict
        return Verdict.FAILURE if self._bad.bit_count() >= BAD else Verdict.IGNORED

    def _tried(self, verdict: Verdict, now: float) -> None:
        self._probes -= 1
        if verdict is Verdict.SUCCESS:
            self._successes += 1
            if self._successes >= self._rule.required_successful:
                self._become(State.CLOSED, now)
        elif verdict is not Verdict.IGNORED:
            self._open(now)

    def _counted(self, verdict: Verdict, now: float) -> None:
        self.window.add(now, marked=verdict is not Verdict.SUCCESS)
        unreachable = verdict is Verdict.UNREACHABLE
        self._unreachable = self._unreachable + 1 if unreachable else 0
        failing = self._unreachable >= UNREACHABLE_IN_A_ROW or self._is_failing(now)
        if failing and not self._forced:
            clean = int((now - self.since) / CLEAN)
            self.openings = max(0, self.openings - clean)
            self._open(now)

    def _is_failing(self, now: float) -> bool:
        """Whether so many failed that it opens; at once only where hardly any did not."""
        if self.window.calls < self._rule.request_threshold:
            self._look = now + LOOK
            return False
        if self.window.share >= (1 + self._rule.error_threshold) / 2:
            return True
        if now < self._look:
            return False
        self._look = now + LOOK
        return self.window.share >= self._rule.error_threshold

    def _open(self, now: float) -> None:
        pause = min(LONGEST, self._rule.sleep * 2**self.openings)
        self.openings = min(self._most_openings, self.openings + 1)
        self._become(State.OPEN, now)
        self.until = now + pause * self._random.uniform(1 - JITTER, 1 + JITTER)

    def _become(self, state: State, now: float) -> None:
        self.state, self.since = state, now
        self.generation += 1
        self._probes = self._successes = self._unreachable = 0
        if state is not State.HALF_OPEN:
            self.window.clear()
