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
    """The condition on a row of `instances` that somebody is to recover; ?1 is who asks."""
    beats: bool
    """Whether signs of life are needed."""


LOCKED = Leases(
    now="''",
    # Whoever holds the file's lock is the only one alive.
    dead="state IN ('RUNNING', 'RECOVERING') AND instance <> ?1",
    beats=False,
)


def _seen(row: str) -> str:
    # Nor is a time to come a sign of life: the database's clock was set back since.
    return (
        f"coalesce(nullif({row}.seen_at, '')::timestamptz, '-infinity') BETWEEN "
        f"clock_timestamp() - interval '{LEASE} s' AND clock_timestamp() + interval '{LEASE} s'"
    )


LEASED = Leases(
    now="clock_timestamp()::text",
    # Whoever was not seen itself tells nobody dead yet: the clock was set, or the database away,
    # and the others had no time to say that they live. Whose recovery does not end is anybody's,
    # its own too: it may be the only one that lives.
    dead=(
        f"NOT {_seen('instances')} AND (state = 'RECOVERING' OR state = 'RUNNING' "  # noqa: S608 - ours
        "AND instance <> ?1 AND EXISTS (SELECT 1 FROM instances AS us "
        f"WHERE us.instance = ?1 AND {_seen('us')})) FOR UPDATE SKIP LOCKED"
    ),
    beats=True,
)
