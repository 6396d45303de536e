"""A compiled mapping at work: one document in, what it told out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from google.protobuf.message import Message

from ..contract import Counts, Document, FieldNote
from ..template import Scope
from ..words import FieldStatus
from .families import CompiledFamily
from .gap import Closed, Gap, closing
from .plan import Cell, Part, parts_of
from .read import EMPTY, Tally
from .target import Tree

OPEN: Final[Closed] = {}

_NOTES: Final = {status: FieldNote(status) for status in FieldStatus}

_MOST_PLANS = 64


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a document told."""

    user_info: bytes = field(repr=False)
    """A serialised `UserInfo`; empty where nothing was written."""
    notes: Mapping[str, FieldNote]
    """One a target, whatever became of it; of a family, what stood in the document."""
    counts: Counts
    suppressed: int = 0
    """Items that were kept back for their age."""


@dataclass(slots=True)
class CompiledMapping:
    """
    A mapping, ready to be used. It does not raise, whatever the document.

    A list is PRESENT when one of its rows could be written, even if a value in
    another could not be read: `Counts.invalid` tells of that.
    """

    cells: tuple[Cell, ...] = field(repr=False)
    user_info: type[Message]
    families: tuple[CompiledFamily, ...] = field(default=(), repr=False)
    references: frozenset[str] = frozenset()
    """What of the inquiry its answers depend on."""
    tables: frozenset[str] = frozenset()
    """The label tables that it reads codes by: with another table it is another mapping."""
    targets: tuple[str, ...] = field(init=False)
    """Of the rows."""
    family_targets: tuple[str, ...] = field(init=False)
    """Of the families: what they may give, or else what all of that lies below."""
    _parts: tuple[Part, ...] = field(init=False, repr=False)
    _present: dict[str, FieldNote] = field(init=False, repr=False)
    _plans: dict[frozenset[str], tuple[Part, ...]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self.targets = tuple(cell.target for cell in self.cells)
        given = [target for family in self.families for target in family.targets]
        self.family_targets = tuple(dict.fromkeys(given))
        self._parts = parts_of(self.cells)
        self._present = dict.fromkeys(self.targets, _NOTES[FieldStatus.PRESENT])

    def __call__(
        self,
        document: Document,
        observed_at: datetime | None = None,
        scope: Scope = EMPTY,
        now: datetime | None = None,
        closed: Closed = OPEN,
    ) -> Mapped:
        """
        Map a document.

        `scope` is what templates refer to, `now` the time of the answer: without
        it what depends on it is INVALID_VALUE. What lies at or below a target in
        `closed` is not read.
        """
        tree: Tree = {}
        tally = Tally(scope, now)
        gaps: dict[str, Gap] = {}
        for part in self._open(closed) if closed else self._parts:
            part(document, tree, tally, gaps)
        statuses: dict[str, FieldStatus] = {target: gap.status for target, gap in gaps.items()}
        if closed:
            statuses.update(_closings(self.targets, closed))
        for family in self.families:
            family(document, tree, tally, statuses, closed)
        user_info = self.user_info(**tree).SerializeToString() if tree else b""
        counts = Counts(tally.mapped, tally.invalid, tally.unmapped)
        return Mapped(user_info, self._notes(statuses, observed_at), counts, tally.suppressed)

    def _notes(
        self, statuses: Mapping[str, FieldStatus], observed_at: datetime | None
    ) -> Mapping[str, FieldNote]:
        known: dict[FieldStatus, FieldNote] = _NOTES
        notes = self._present.copy()
        if observed_at is not None:
            known = {status: FieldNote(status, observed_at) for status in set(statuses.values())}
            notes = dict.fromkeys(notes, FieldNote(FieldStatus.PRESENT, observed_at))
        for target, status in statuses.items():
            notes[target] = known[status]
        return notes

    def _open(self, closed: Closed) -> tuple[Part, ...]:
        """Give what reads all that is not closed; a file has few sections, so that it is kept."""
        shut = frozenset(closed)
        parts = self._plans.get(shut)
        if parts is None:
            targets = dict(_closings(self.targets, closed))
            parts = parts_of([cell for cell in self.cells if cell.target not in targets])
            if len(self._plans) < _MOST_PLANS:
                self._plans[shut] = parts
        return parts


def _closings(targets: tuple[str, ...], closed: Closed) -> list[tuple[str, FieldStatus]]:
    found = ((target, closing(target, closed)) for target in targets)
    return [(target, status) for target, status in found if status is not None]
