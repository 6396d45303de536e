"""
Several products in one answer: each part of the mapping has an outcome of its own.

The connector's rows come first, and say whether it is an answer at all. If it
is one, each section's rows say what became of that section, and the best of
them is the connector's outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ..contract import Codec, FieldNote
from ..faults import Findings
from ..kit import Strict
from ..mapping import notes_for, status_of
from ..words import ANSWERS, MAPPED, Billed, FieldStatus, Outcome
from .decoding import Opened
from .outcome import Classify, OutcomeRow, compile_outcomes

OF_THE_WHOLE: Final = frozenset(
    {
        Outcome.SUBJECT_MISMATCH,
        Outcome.DUPLICATE,
        Outcome.RATE_LIMITED,
        Outcome.PENDING,
    }
)
"""What can not be so of one product, and otherwise of another, in the same answer."""

_BEST_FIRST: Final = (
    *(Outcome.HIT, Outcome.MISMATCH, Outcome.NO_SCORE, Outcome.BLOCKED, Outcome.NO_HIT),
    Outcome.NEED_MORE,
    # Of failures the one that may have cost something speaks: it is repeated by no other's leave.
    *(Outcome.BUREAU_ERROR, Outcome.BAD_RESPONSE),
    *(Outcome.INVALID_INPUT, Outcome.REFUSED, Outcome.QUOTA_EXCEEDED),
)


def _of_a_part(row: OutcomeRow) -> OutcomeRow:
    if row.outcome in OF_THE_WHOLE or row.refresh_auth is not None:
        what = "`refresh_auth`" if row.refresh_auth else row.outcome
        raise ValueError(f"{what} is said of the whole answer, by the connector's `outcomes`")
    return row


class Section(Strict):
    """The targets of one product, and what the answer says of it."""

    targets: tuple[str, ...] = Field(min_length=1)
    """Paths of `UserInfo`: of targets of the mapping, or of what they stand in."""
    outcomes: tuple[Annotated[OutcomeRow, AfterValidator(_of_a_part)], ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Portion:
    """One section, compiled."""

    names: tuple[str, ...]
    """As the file has them: all that lies in one of them is the section's."""
    targets: frozenset[str]
    classify: Classify


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, as a whole and by section."""

    row: OutcomeRow
    """What decided: the connector's own row, or a section's."""
    billed: Billed | None
    """What the rows that held say of the bill."""
    of: tuple[tuple[Portion, Outcome], ...] = ()
    """The outcome of each section; none where the whole has but one."""

    @property
    def whole(self) -> bool:
        return all(outcome in ANSWERS for _, outcome in self.of)

    @property
    def closed(self) -> Mapping[str, FieldStatus]:
        """What is not to be read, with all that lies in it, and why."""
        return {
            name: status_of(outcome, None)
            for portion, outcome in self.of
            if outcome not in MAPPED
            for name in portion.names
        }

    def notes(
        self,
        targets: Iterable[str],
        read: Mapping[str, FieldNote],
        observed_at: datetime | None,
    ) -> Mapping[str, FieldNote]:
        """Note of each target what became of it; `read` is what the mapping noted."""
        outcome = self.row.outcome
        if not self.of:
            return notes_for(outcome, targets, read) if outcome in MAPPED else {}
        notes = dict(notes_for(outcome, targets, read))
        absent = FieldNote(FieldStatus.NULL_VALUE, observed_at)
        for portion, its in self.of:
            if its is Outcome.HIT:
                continue  # and so is the whole: what was read says all
            for target in portion.targets:
                note = read.get(target)
                status = status_of(its, note if its in MAPPED else None)
                notes[target] = replace(note or absent, status=status)
        return notes


def judge(own: OutcomeRow, parts: Sequence[Portion], opened: Opened) -> Verdict:
    """
    Let the sections decide what an answer means that the connector's own row calls one.

    A section of which no row holds is a BAD_RESPONSE. But where none holds of
    any, an answer that has nothing for all (a NO_HIT) is what its own row says.
    """
    if not parts or own.outcome not in ANSWERS or opened.document is None:
        return Verdict(own, own.billed)
    rows = [part.classify(opened.reply, opened.document) for part in parts]
    if own.outcome is not Outcome.HIT and not any(rows):
        return Verdict(own, own.billed)
    told = [row or OutcomeRow(outcome=Outcome.BAD_RESPONSE) for row in rows]
    best = min(told, key=lambda row: _BEST_FIRST.index(row.outcome))
    is_paid = any(row.billed is Billed.YES for row in (own, *told))
    return Verdict(
        row=best,
        billed=Billed.YES if is_paid else best.billed or own.billed,
        of=tuple((part, row.outcome) for part, row in zip(parts, told, strict=True)),
    )


def compile_sections(
    sections: Sequence[Section], codec: Codec, targets: Sequence[str]
) -> tuple[Portion, ...]:
    """Compile against the mapping's targets. Raises `ConfigError` with all that is wrong."""
    findings = Findings()
    parts: list[Portion] = []
    taken: set[str] = set()
    for index, section in enumerate(sections):
        own: set[str] = set()
        with findings.at(index, "targets"):
            own = _covered(section.targets, targets, taken)
        taken |= own
        with findings.at(index, "outcomes"):
            classify = compile_outcomes(section.outcomes, codec)
            parts.append(Portion(section.targets, frozenset(own), classify))
    findings.close()
    return tuple(parts)


def _covered(names: Sequence[str], targets: Sequence[str], taken: Collection[str]) -> set[str]:
    findings = Findings()
    covered: set[str] = set()
    for index, name in enumerate(names):
        found = {target for target in targets if _lies_in(target, name)}
        if not found:
            findings.add(f"no target of the mapping is {name}, or lies in it", index)
        for target in sorted(found.intersection(taken)):
            findings.add(f"{target} is in another section, too", index)
        covered |= found
    findings.close()
    return covered


def _lies_in(target: str, name: str) -> bool:
    return target == name or target.startswith((f"{name}.", f"{name}["))
