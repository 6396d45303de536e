"""How two files of a connector differ in what they make of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from connectors.answer.outcome import OutcomeRow
from connectors.assembly import stated_rows
from connectors.spec import ConnectorSpec

from .versions import Level

_WHOLE = ("response", "mapping_families", "sentinels", "sections", "paginate", "retention")
"""Keys of which it is only told that they are different."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: str
    """added, removed or changed."""
    what: str
    level: Level
    """What it must at least be announced as; whether results change, only a replay tells."""

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


def changes(old: ConnectorSpec, new: ConnectorSpec) -> tuple[Change, ...]:
    return (*_targets(old, new), *_rows(old, new), *_others(old, new))


def _targets(old: ConnectorSpec, new: ConnectorSpec) -> Iterator[Change]:
    before = old.model_dump(mode="json", include={"mapping"})["mapping"]
    after = new.model_dump(mode="json", include={"mapping"})["mapping"]
    for target in dict.fromkeys((*before, *after)):
        what = f"mapping {target}"
        if target not in after:
            yield Change("removed", what, Level.MAJOR)
        elif target not in before:
            yield Change("added", what, Level.MINOR)
        elif before[target] != after[target]:
            keys = _different(before[target], after[target])
            yield Change("changed", f"{what}: {', '.join(keys)}", Level.PATCH)


def _different(before: object, after: object) -> list[str]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return ["all of it"]
    return [
        str(key) for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)
    ]


def _rows(old: ConnectorSpec, new: ConnectorSpec) -> Iterator[Change]:
    """Hold outcome rows against each other in their order, which is a part of what they say."""
    before, after = list(stated_rows(old)), list(stated_rows(new))
    matcher = SequenceMatcher(
        a=[_written(row) for _, row in before],
        b=[_written(row) for _, row in after],
        autojunk=False,
    )
    for tag, begin, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = before[begin:end], after[first:last]
        for (place, row), (_, other) in zip(gone, come, strict=False):
            said = (
                row.outcome if row.outcome is other.outcome else f"{row.outcome} to {other.outcome}"
            )
            yield Change("changed", f"{place} ({said})", Level.PATCH)
        for place, row in gone[len(come) :]:
            yield Change("removed", f"{place} ({row.outcome})", Level.PATCH)
        for place, row in come[len(gone) :]:
            yield Change("added", f"{place} ({row.outcome})", Level.PATCH)


def _written(row: OutcomeRow) -> str:
    return json.dumps(row.model_dump(mode="json"), sort_keys=True)


def _others(old: ConnectorSpec, new: ConnectorSpec) -> Iterator[Change]:
    before = old.model_dump(mode="json", include=set(_WHOLE))
    after = new.model_dump(mode="json", include=set(_WHOLE))
    for key in _WHOLE:
        if before[key] != after[key]:
            yield Change("changed", key, Level.PATCH)
