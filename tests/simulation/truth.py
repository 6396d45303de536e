"""What bureaus know, what reached them, and what they charge for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, unique
from zlib import crc32

from connectors.words import Outcome

KNOWN_OF_TEN = 7
"""Of ten persons, how many a bureau has on file."""


def knows(connector: str, person: str) -> Outcome:
    """Say what is true of a person; it never changes."""
    drawn = crc32(f"{connector}?{person}".encode()) % 10
    return Outcome.HIT if drawn < KNOWN_OF_TEN else Outcome.NO_HIT


def tag(connector: str, person: str) -> int:
    """Give the one value that a bureau tells of a person, and of nobody else."""
    return crc32(f"{connector}!{person}".encode()) & 0x7FFFFFFF


@unique
class Fate(StrEnum):
    """What becomes of one message; by the phase in which it goes wrong."""

    ANSWERED = "answered"
    SLOW = "slow"
    REFUSED = "refused"
    """Nobody took the connection: never sent."""
    LOST_BEFORE = "lost before"
    """It left, and the bureau never saw it."""
    LOST_AFTER = "lost after"
    """The bureau saw it, and its answer never came."""
    HANGS_BEFORE = "hangs before"
    HANGS_AFTER = "hangs after"
    GARBAGE = "garbage"
    STRANGER = "stranger"
    """The answer is about somebody else."""
    BROKEN = "500"
    BUSY = "429"
    UNAUTHORISED = "401"


UNSEEN = frozenset({Fate.REFUSED, Fate.LOST_BEFORE, Fate.HANGS_BEFORE})
TURNED_AWAY = frozenset({Fate.BUSY, Fate.UNAUTHORISED})
"""The bureau did not look at the question."""


@dataclass(slots=True)
class Hit:
    """One message that reached a bureau."""

    at: float
    connector: str
    call_id: str
    """Which the bureau does not see: for the laws alone."""
    reference: str
    key: str
    person: str
    fate: Fate
    life: int
    """Which process sent it, and by which of its configurations."""
    turned_away: bool
    """Whether the bureau refused to look, which costs nothing by any contract."""
    billed: Decimal = Decimal(0)

    @property
    def answered(self) -> bool:
        """Whether the bureau's whole answer says what it costs."""
        return self.fate in (Fate.ANSWERED, Fate.STRANGER)
