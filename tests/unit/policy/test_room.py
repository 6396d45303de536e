"""Who gets a place, who waits for one, and who is turned away."""

from __future__ import annotations

from random import Random

import pytest

from connectors.policy.limit.aimd import Aimd
from connectors.policy.limit.rate import Pace
from connectors.policy.limit.room import Bulkhead, Place, Room, Ticket
from tests.bars import record
from tests.counts import seed

STEPS = 100_000


def ticket(expires: float = 1e9) -> Ticket:
    return Ticket(lambda: expires, lambda: None)


def full(bulkhead: Bulkhead) -> Bulkhead:
    while bulkhead.enter():
        pass
    return bulkhead


def test_trouble_takes_a_tenth_at_most_once_in_a_round_trip() -> None:
    limit = Aimd(20)
    for begun in (1.0, 1.5, 2.0):
        limit.troubled(begun, now=3.0)
    assert limit.places == 18
    limit.troubled(begun=2.9, now=4.0)
    assert limit.places == 18
    limit.troubled(begun=3.1, now=5.0)
    assert limit.places == 16


def test_as_many_answers_as_it_allows_make_it_one_larger() -> None:
    limit = Aimd(20)
    limit.troubled(0, 1)
    for _ in range(17):
        limit.answered()
    assert limit.places == 18
    limit.answered()
    assert limit.places == 19
    for _ in range(100):
        limit.answered()
    assert limit.places == 20


@pytest.mark.parametrize(("most", "least"), [(20, 2), (2, 2), (1, 1)])
def test_it_never_falls_below_two(most: int, least: int) -> None:
    limit = Aimd(most)
    for second in range(100):
        limit.troubled(second, second + 1)
    assert limit.places == least


def test_half_as_many_may_wait_and_the_newest_is_next() -> None:
    bulkhead = full(Room(4).bulkhead())
    waiting = [ticket() for _ in range(3)]
    places = [bulkhead.queue(each, now=0) for each in waiting]
    assert places == [Place.WAITING, Place.WAITING, Place.TURNED_AWAY]

    bulkhead.leave(now=1)
    assert [each.place for each in waiting[:2]] == [Place.WAITING, Place.INSIDE]
    assert bulkhead.inside == 4


def test_for_whom_it_is_too_late_is_turned_away_and_makes_room() -> None:
    bulkhead = full(Room(4).bulkhead())
    late, later, newest = ticket(5), ticket(50), ticket(50)
    bulkhead.queue(late, now=0)
    bulkhead.queue(later, now=0)

    assert bulkhead.queue(newest, now=6) is Place.WAITING
    assert late.place is Place.TURNED_AWAY
    bulkhead.leave(now=60)
    assert (later.place, newest.place, bulkhead.inside) == (*[Place.TURNED_AWAY] * 2, 3)


def test_connectors_of_one_bureau_share_its_places_and_who_has_least_is_next() -> None:
    room = Room(4)
    greedy, modest = full(room.bulkhead()), room.bulkhead()
    assert not modest.enter()
    theirs, ours = ticket(), ticket()
    modest.queue(ours, now=0)
    greedy.queue(theirs, now=0)
    greedy.leave(now=1)

    assert (ours.place, theirs.place) == (Place.INSIDE, Place.WAITING)
    assert (greedy.inside, modest.inside, room.inside) == (3, 1, 4)


def test_a_rate_allows_a_burst_of_one_second_and_then_keeps_its_interval() -> None:
    pace = Pace(10)
    due = []
    for _ in range(15):
        due.append(pace.due(100))
        pace.take(100)
    assert max(due[:10]) <= 100 + 1e-9
    assert due[10:] == pytest.approx([100.1, 100.2, 100.3, 100.4, 100.5])


class Crowd:
    """Random comings and goings at one connector of a bureau, and what must hold of them."""

    def __init__(self, bulkhead: Bulkhead, random: Random) -> None:
        self.bulkhead = bulkhead
        self.random = random
        self.inside: list[float] = []
        self.waiting: list[Ticket] = []
        self.seen = dict.fromkeys(Place, 0)

    def come(self, now: float) -> None:
        if self.bulkhead.enter():
            self.inside.append(now)
            self.seen[Place.INSIDE] += 1
            return
        new = ticket(now + self.random.choice((0.1, 1, 10)))
        queued = sum(each.expires() > now for each in self.waiting)
        is_short = queued < max(1, self.bulkhead.limit.places // 2)
        expected = Place.WAITING if is_short else Place.TURNED_AWAY
        assert self.bulkhead.queue(new, now) is expected
        self.waiting.append(new)
        self.seen[expected] += 1

    def go(self, now: float) -> None:
        begun = self.inside.pop(self.random.randrange(len(self.inside)))
        if self.random.random() < 0.2:
            self.bulkhead.limit.troubled(begun, now)
        else:
            self.bulkhead.limit.answered()
        self.bulkhead.leave(now)

    def newest(self, now: float) -> Ticket | None:
        return next(iter(self.alive(now)[::-1]), None)

    def alive(self, now: float) -> list[Ticket]:
        return [each for each in _waiting(self.waiting) if each.expires() > now]

    def hold(self, now: float) -> None:
        self.inside += [now for each in self.waiting if each.place is Place.INSIDE]
        self.waiting = _waiting(self.waiting)
        assert self.bulkhead.inside == len(self.inside)
        assert self.bulkhead.waiting == self.waiting
        assert 2 <= self.bulkhead.limit.places <= 12
        # Nobody waits who could be inside.
        assert not (self.alive(now) and self.bulkhead.has_place)


def test_whatever_happens_nobody_is_lost_and_nobody_is_let_in_too_many() -> None:
    """At a bureau of three connectors, step by step."""
    random, room, now = Random(seed(13)), Room(12), 0.0
    crowds = [Crowd(room.bulkhead(), random) for _ in range(3)]
    for _ in range(STEPS):
        now += random.expovariate(10)
        crowd, act = random.choice(crowds), random.random()
        if act < 0.5:
            crowd.come(now)
        elif act < 0.9 and crowd.inside:
            newest = [each.newest(now) for each in crowds]
            crowd.go(now)
            tickets = [each for of in crowds for each in of.waiting]
            let_in = [each for each in tickets if each.place is Place.INSIDE]
            assert len(let_in) != 1 or let_in[0] in newest
        elif crowd.waiting:
            crowd.bulkhead.forget(random.choice(crowd.waiting))
        for each in crowds:
            each.hold(now)
        assert room.inside == sum(len(each.inside) for each in crowds) <= room.most
    seen = {place.name: sum(each.seen[place] for each in crowds) for place in Place}
    record("policies", f"bulkhead: {STEPS} steps, {seen}")


def _waiting(tickets: list[Ticket]) -> list[Ticket]:
    return [each for each in tickets if each.place is Place.WAITING]
