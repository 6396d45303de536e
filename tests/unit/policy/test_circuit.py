"""When a breaker opens, tries and closes: on facts and time alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest

from connectors.policy.breaker.circuit import Circuit, Rule, State, Verdict
from tests.bars import record
from tests.counts import seed

STEPS = 100_000
SEED = 11
GOOD, BAD, LOST, UNSENT, SILENT = (
    Verdict.SUCCESS,
    Verdict.BAD_PAYLOAD,
    Verdict.FAILURE,
    Verdict.UNREACHABLE,
    Verdict.IGNORED,
)


def circuit() -> Circuit:
    return Circuit(Rule(), Random(SEED))


def play(of: Circuit, *verdicts: Verdict, now: float = 0.0) -> State:
    """Let calls through one after the other, and end each."""
    for verdict in verdicts:
        generation = of.enter(now)
        assert generation is not None
        of.ended(generation, verdict, now)
    return of.state


def opened(at: float = 0.0) -> Circuit:
    one = circuit()
    assert play(one, *[UNSENT] * 5, now=at) is State.OPEN
    return one


def half_open() -> tuple[Circuit, float]:
    one = opened()
    assert one.enter(one.until - 0.01) is None
    return one, one.until


def test_it_opens_where_half_of_twenty_fail_and_still_do_half_a_second_later() -> None:
    one = circuit()
    assert play(one, *[GOOD] * 10, *[LOST] * 10) is State.CLOSED
    assert play(one, GOOD, LOST, now=0.4) is State.CLOSED
    assert play(one, LOST, now=0.6) is State.OPEN

    better = circuit()
    play(better, *[GOOD] * 10, *[LOST] * 10)
    assert play(better, GOOD, now=0.6) is State.CLOSED


def test_it_opens_at_once_where_hardly_any_of_twenty_do_not() -> None:
    assert play(circuit(), *[LOST] * 19) is State.CLOSED
    assert play(circuit(), *[LOST] * 20) is State.OPEN
    assert play(circuit(), *[GOOD] * 5, *[LOST] * 15) is State.OPEN
    assert play(circuit(), *[GOOD] * 6, *[LOST] * 15) is State.CLOSED


def test_chance_alone_hardly_ever_opens_it_for_three_failures_in_ten() -> None:
    """At seventy calls a second; later, there are so many that chance is none."""
    random, opened = Random(seed(SEED)), 0
    for _ in range(500):
        one = circuit()
        for call in range(350):
            if play(one, LOST if random.random() < 0.3 else GOOD, now=call / 70) is State.OPEN:
                opened += 1
                break
    record("policies", f"breaker opened by 30 % failures in {opened} of 500 runs")
    assert opened <= 5


def test_five_that_could_not_be_sent_are_enough() -> None:
    assert play(circuit(), *[UNSENT] * 4) is State.CLOSED
    assert play(circuit(), *[UNSENT] * 5) is State.OPEN
    assert play(circuit(), *[UNSENT] * 4, GOOD, *[UNSENT] * 4) is State.CLOSED


def test_what_is_ten_seconds_old_is_forgotten() -> None:
    one = circuit()
    play(one, *[LOST] * 15, now=0.5)
    assert play(one, *[LOST] * 10, now=10.5) is State.CLOSED
    assert one.window.calls == 10


def test_what_says_nothing_never_opens_it_and_never_counts() -> None:
    one = circuit()
    assert play(one, *[SILENT] * 1000, *[LOST] * 19, *[SILENT] * 1000) is State.CLOSED
    assert play(one, LOST) is State.OPEN


def test_a_bad_payload_is_a_failure_from_the_third_in_twenty_on() -> None:
    one = circuit()
    play(one, BAD, BAD)
    assert one.window.calls == 0
    play(one, BAD)
    assert one.window.marked == 1

    rare = circuit()
    play(rare, *([BAD] + [GOOD] * 10) * 20)
    assert rare.window.marked == 0


def test_three_may_try_and_five_in_a_row_close_it() -> None:
    one, at = half_open()
    tries = [one.enter(at) for _ in range(5)]
    assert [each is not None for each in tries] == [True] * 3 + [False] * 2
    for generation in tries[:3]:
        one.ended(generation or 0, GOOD, at)
    assert one.state is State.HALF_OPEN
    assert play(one, SILENT, GOOD, now=at) is State.HALF_OPEN
    assert play(one, GOOD, now=at) is State.CLOSED


@pytest.mark.parametrize("verdict", [LOST, UNSENT])
def test_the_first_failure_opens_it_again_for_twice_as_long(verdict: Verdict) -> None:
    one, at = half_open()
    assert 4 <= at <= 6
    for pause in (10, 20, 40, 60, 60):
        begun = one.until
        assert play(one, GOOD, verdict, now=begun) is State.OPEN
        assert pause * 0.8 <= one.until - begun <= pause * 1.2


def test_an_opening_is_forgotten_in_a_clean_minute() -> None:
    one, at = half_open()
    play(one, LOST, now=at)
    again = one.until
    play(one, *[GOOD] * 5, now=again)
    assert one.openings == 2

    play(one, *[UNSENT] * 5, now=again + 61)
    assert one.until - (again + 61) <= 10 * 1.2


def test_the_result_of_an_earlier_generation_is_no_news() -> None:
    one = circuit()
    early = one.enter(0) or 0
    play(one, *[UNSENT] * 5)
    at = one.until
    one.enter(at)
    one.ended(early, LOST, at)
    assert one.state is State.HALF_OPEN
    assert play(one, *[GOOD] * 5, now=at) is State.CLOSED
    one.ended(early, LOST, at)
    assert one.window.calls == 0


def test_without_traffic_it_stays_half_open() -> None:
    one, at = half_open()
    play(one, GOOD, now=at)
    assert one.seen(at + 3600) is State.HALF_OPEN
    assert one.enter(at + 3600) is not None


def test_it_may_be_held_open_or_closed() -> None:
    one = circuit()
    one.force(State.OPEN, 0)
    assert one.enter(1e6) is None
    one.force(State.CLOSED, 0)
    assert play(one, *[UNSENT] * 100) is State.CLOSED
    one.force(None, 0)
    assert play(one, *[UNSENT] * 5) is State.OPEN


@dataclass
class Model:
    """The rules as the spec words them, worked out anew at each step from all that happened."""

    counted: list[tuple[float, bool]] = field(default_factory=list)
    in_a_row: int = 0
    last: list[bool] = field(default_factory=list)
    state: State = State.CLOSED
    opened: list[float] = field(default_factory=list)
    closed_at: float = 0.0
    level: int = 0
    until: float = 0.0
    trying: int = 0
    good: int = 0
    age: int = 0
    look: float = 0.0

    def enter(self, now: float) -> bool:
        if self.state is State.OPEN and now >= self.until:
            self.change(State.HALF_OPEN)
        may = self.state is State.CLOSED or (self.state is State.HALF_OPEN and self.trying < 3)
        self.trying += may and self.state is State.HALF_OPEN
        return may

    def end(self, age: int, verdict: Verdict, now: float) -> None:
        if age != self.age:
            return
        if verdict is not SILENT:
            self.last = [*self.last[-19:], verdict is BAD]
        if verdict is BAD:
            verdict = LOST if sum(self.last) >= 3 else SILENT
        if self.state is State.HALF_OPEN:
            self.tried(verdict, now)
        elif verdict is not SILENT:
            self.counts(verdict, now)

    def tried(self, verdict: Verdict, now: float) -> None:
        self.trying -= 1
        self.good += verdict is GOOD
        if verdict in (LOST, UNSENT):
            self.open()
        elif self.good == 5:
            self.closed_at = now
            self.change(State.CLOSED)

    def counts(self, verdict: Verdict, now: float) -> None:
        self.counted.append((now, verdict is not GOOD))
        self.in_a_row = self.in_a_row + 1 if verdict is UNSENT else 0
        lately = [bad for at, bad in self.counted if int(at) > int(now) - 10]
        failing = len(lately) >= 20 and sum(lately) >= len(lately) * 0.75
        if len(lately) < 20:
            self.look = now + 0.5
        elif now >= self.look and not failing:
            self.look = now + 0.5
            failing = sum(lately) >= len(lately) / 2
        if failing or self.in_a_row >= 5:
            self.level = max(0, self.level - int((now - self.closed_at) // 60))
            self.open()

    def open(self) -> None:
        self.opened.append(min(60.0, 5.0 * 2**self.level))
        self.level = min(4, self.level + 1)
        self.change(State.OPEN)

    def change(self, state: State) -> None:
        self.state = state
        self.age += 1
        self.trying = self.good = self.in_a_row = 0
        self.counted = []


def test_it_does_what_the_model_does_whatever_happens() -> None:
    random, one, model = Random(seed(SEED)), circuit(), Model()
    now, seen = 0.0, dict.fromkeys(State, 0)
    under_way: list[tuple[int, int]] = []
    weights, rate = (8, 1, 2, 1, 2), 20.0
    for step in range(STEPS):
        if step % 400 == 0:
            weights = random.choice(((60, 1, 1, 1, 3), (2, 1, 5, 4, 1), (6, 2, 5, 1, 2)))
            rate = random.choice((1, 5, 50))
        now += random.expovariate(rate)
        if under_way and random.random() < 0.5:
            generation, age = under_way.pop(random.randrange(len(under_way)))
            (verdict,) = random.choices((GOOD, BAD, LOST, UNSENT, SILENT), weights)
            one.ended(generation, verdict, now)
            model.end(age, verdict, now)
            if one.state is State.OPEN and model.until != one.until:
                pause = one.until - now
                assert model.opened[-1] * 0.8 <= pause <= model.opened[-1] * 1.2
                model.until = one.until
        else:
            entered = one.enter(now)
            assert model.enter(now) == (entered is not None)
            if entered is not None:
                under_way.append((entered, model.age))
        assert (one.state, one.generation) == (model.state, model.age)
        assert one.state is not State.HALF_OPEN or model.trying <= 3
        seen[one.state] += 1
    states = ", ".join(f"{count} {state.name}" for state, count in seen.items())
    record("policies", f"breaker: {STEPS} steps, {len(model.opened)} openings, {states}")

    assert min(seen.values()) > STEPS / 100
