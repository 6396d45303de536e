"""How many answers a change makes a difference to, field by field; never whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.words import ANSWERS, FieldStatus, Outcome

from .side import Seen
from .versions import Level

MOST_EXAMPLES = 3
_MASK = "•"

EQUAL, CHANGED, APPEARED, DISAPPEARED, STATUS = (
    *("equal", "changed", "appeared", "disappeared"),
    "status changed",
)
KINDS = (EQUAL, CHANGED, APPEARED, DISAPPEARED, STATUS)

_LEVELS = {
    EQUAL: Level.NONE,
    APPEARED: Level.MINOR,
    CHANGED: Level.MAJOR,
    DISAPPEARED: Level.MAJOR,
    STATUS: Level.MAJOR,
}


@dataclass(slots=True)
class FieldTally:
    """What became of one field."""

    counts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Changes of status: from, to."""
    examples: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """Masked."""

    def as_json(self, *, values: bool) -> dict[str, Any]:
        told: dict[str, Any] = {kind: self.counts[kind] for kind in KINDS}
        told["statuses"] = {f"{old} to {new}": n for (old, new), n in self.statuses.items()}
        return {**told, "examples": self.examples} if values else told


@dataclass(slots=True)
class Tally:
    """What became of all answers of one connector."""

    answers: int = 0
    outcomes: Counter[tuple[Outcome, Outcome]] = field(default_factory=Counter)
    fields: dict[str, FieldTally] = field(default_factory=dict)

    def add(self, old: Seen, new: Seen) -> None:
        self.answers += 1
        if old.outcome is not new.outcome:
            self.outcomes[old.outcome, new.outcome] += 1
        for target in dict.fromkeys((*old.values, *new.values)):
            self._add(target, old, new)

    @property
    def level(self) -> Level:
        """Say how it must be announced."""
        return max((Level.NONE, *self._levels()))

    def _levels(self) -> Iterator[Level]:
        for old, new in self.outcomes:
            gained = old not in ANSWERS and new in ANSWERS
            yield Level.MINOR if gained else Level.MAJOR
        for tally in self.fields.values():
            yield from (_LEVELS[kind] for kind, count in tally.counts.items() if count)

    def _add(self, target: str, old: Seen, new: Seen) -> None:
        tally = self.fields.setdefault(target, FieldTally())
        before, after = old.values.get(target), new.values.get(target)
        was, is_now = (seen.statuses.get(target, _ABSENT) for seen in (old, new))
        kind = _kind(before, after)
        if was is not is_now:
            tally.statuses[was, is_now] += 1
            if kind == EQUAL and _ABSENT not in {was, is_now}:
                kind = STATUS
        tally.counts[kind] += 1
        if kind not in {EQUAL, STATUS} and len(tally.examples) < MOST_EXAMPLES:
            tally.examples.append((masked(before), masked(after)))


_ABSENT = FieldStatus.NOT_REQUESTED
"""Of a field that a version does not map, or of an answer that it can not read."""


def _kind(before: object, after: object) -> str:
    if before == after:
        return EQUAL
    if before is None:
        return APPEARED
    return DISAPPEARED if after is None else CHANGED


def masked(value: object) -> str:
    """Show of a value its first letter and its length: enough to see a factor of a hundred."""
    if value is None:
        return "nothing"
    text = str(value)
    return text[:1] + _MASK * (len(text) - 1)
