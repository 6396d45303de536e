"""How it is known that a process is dead, by database."""

from __future__ import annotations

from dataclasses import dataclass

BEAT = 2.0
"""Seconds between two signs of life."""

LEASE = 8
"""Seconds without one after which a process is dead: with a beat, the ten that are promised."""


@dataclass(frozen=True, slots=True)
class Leases:
    """SQL that sees and tells life."""

    now: str
    """Gives the time, of one clock for all processes."""
    dead: str
    """The condition on a row of `instances` that nobody looks after any more; ?1 is who asks."""
    beats: bool
    """Whether signs of life are needed."""


LOCKED = Leases(
    now="''",
    # Whoever holds the file's lock is the only one alive.
    dead="state IN ('RUNNING', 'RECOVERING') AND instance <> ?1",
    beats=False,
)

LEASED = Leases(
    now="clock_timestamp()::text",
    dead=(
        "state IN ('RUNNING', 'RECOVERING') AND instance <> ?1 "
        "AND coalesce(nullif(seen_at, '')::timestamptz, '-infinity') "
        f"< clock_timestamp() - interval '{LEASE} s' FOR UPDATE SKIP LOCKED"
    ),
    beats=True,
)
