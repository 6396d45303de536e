"""Who may ask a bureau now, who waits, and who is turned away: decided on facts and time alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto, unique

from .aimd import Aimd


@unique
class Place(Enum):
    """Where somebody stands who wants to ask."""

    INSIDE = auto()
    WAITING = auto()
    TURNED_AWAY = auto()


@dataclass(slots=True, eq=False)
class Ticket:
    """One attempt, from the moment it wants to be made."""

    expires: Callable[[], float]
    """When it is too late for it."""
    moved: Callable[[], None]
    """Told when it waited and does so no longer."""
    place: Place = Place.WAITING

    def move(self, place: Place) -> None:
        self.place = place
        self.moved()


@dataclass(slots=True)
class Room:
    """The places at one bureau, of which no connector can have more than its own limit."""

    most: int
    inside: int = 0
    bulkheads: list[Bulkhead] = field(default_factory=list)

    def bulkhead(self) -> Bulkhead:
        bulkhead = Bulkhead(self, Aimd(self.most))
        self.bulkheads.append(bulkhead)
        return bulkhead

    def fill(self, now: float) -> None:
        """Let in who waits: of the connector that has least, and of these the newest."""
        while self.inside < self.most and (open_ := list(self._open(now))):
            least = min(open_, key=lambda bulkhead: bulkhead.inside)
            least.let_in(least.waiting.pop())

    def _open(self, now: float) -> Iterator[Bulkhead]:
        for bulkhead in self.bulkheads:
            bulkhead.drop_expired(now)
            if bulkhead.waiting and bulkhead.has_place:
                yield bulkhead


@dataclass(slots=True)
class Bulkhead:
    """One connector's part of it: as many as it bears, and half as many who wait."""

    room: Room
    limit: Aimd
    inside: int = 0
    waiting: list[Ticket] = field(default_factory=list)
    """The newest last."""

    @property
    def has_place(self) -> bool:
        return self.inside < self.limit.places and self.room.inside < self.room.most

    def enter(self) -> bool:
        """Take a place, if there is one. Whoever is inside leaves."""
        if not self.has_place:
            return False
        self.inside += 1
        self.room.inside += 1
        return True

    def queue(self, ticket: Ticket, now: float) -> Place:
        """Wait for a place, if not too many do already."""
        self.drop_expired(now)
        if len(self.waiting) >= max(1, self.limit.places // 2):
            ticket.place = Place.TURNED_AWAY
        else:
            self.waiting.append(ticket)
        return ticket.place

    def leave(self, now: float) -> None:
        self.inside -= 1
        self.room.inside -= 1
        self.room.fill(now)

    def forget(self, ticket: Ticket) -> None:
        """Let go whoever waits and will not any more."""
        if ticket.place is Place.WAITING:
            self.waiting.remove(ticket)
            ticket.place = Place.TURNED_AWAY

    def let_in(self, ticket: Ticket) -> None:
        self.inside += 1
        self.room.inside += 1
        ticket.move(Place.INSIDE)

    def drop_expired(self, now: float) -> None:
        """Turn away for whom it is too late: nothing of them was sent."""
        expired = [ticket for ticket in self.waiting if ticket.expires() <= now]
        for ticket in expired:
            self.waiting.remove(ticket)
            ticket.move(Place.TURNED_AWAY)
