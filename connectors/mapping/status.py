"""The status of a field, by how the call that should have given it ended (spec 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from ..contract import FieldNote
from ..words import FieldStatus, Outcome

_NOT_HELD: Final = {
    Outcome.HIT: FieldStatus.NULL_VALUE,
    Outcome.MISMATCH: FieldStatus.NULL_VALUE,
    Outcome.NO_SCORE: FieldStatus.NOT_FOUND,
    Outcome.BLOCKED: FieldStatus.SUPPRESSED,
}
"""Of answers that are mapped: the status of what they do not hold."""

_NOT_GIVEN: Final = {
    Outcome.NO_HIT: FieldStatus.NOT_FOUND,
    Outcome.PENDING: FieldStatus.PENDING,
    Outcome.NEED_MORE: FieldStatus.PENDING,
    Outcome.SKIPPED_POLICY: FieldStatus.SKIPPED_BY_POLICY,
    Outcome.NEED_INPUT: FieldStatus.NOT_REQUESTED,
    Outcome.NOT_NEEDED: FieldStatus.NOT_REQUESTED,
    Outcome.SKIPPED_BUDGET: FieldStatus.NOT_REQUESTED,
    Outcome.SKIPPED_COST: FieldStatus.NOT_REQUESTED,
}
"""Of the others; what is not here went wrong."""


_OF_A_SECTION: Final = frozenset({FieldStatus.CONNECTOR_ERROR, FieldStatus.PENDING})
"""What is noted of one part of an answer though the whole of it gave nothing."""


def status_of(outcome: Outcome, note: FieldNote | None) -> FieldStatus:
    """Tell a field's status from its connector's outcome and from what the mapping noted."""
    if outcome not in _NOT_HELD:
        if outcome in _NOT_GIVEN and note is not None and note.status in _OF_A_SECTION:
            return note.status
        return _NOT_GIVEN.get(outcome, FieldStatus.CONNECTOR_ERROR)
    if note is None or note.status is FieldStatus.NULL_VALUE:
        return _NOT_HELD[outcome]
    return note.status


def notes_for(
    outcome: Outcome, targets: Iterable[str], notes: Mapping[str, FieldNote]
) -> Mapping[str, FieldNote]:
    """
    Note every target of a connector; `notes` are the mapping's, where it was mapped.

    Of a family only they know the targets.
    """
    if outcome is Outcome.HIT:
        return notes
    absent = FieldNote(FieldStatus.NULL_VALUE)
    return {
        target: replace(notes.get(target, absent), status=status_of(outcome, notes.get(target)))
        for target in dict.fromkeys((*targets, *notes))
    }
