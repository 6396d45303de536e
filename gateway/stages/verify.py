"""Stage seven: whether filtering and structuring are finished, and the report stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from connectors.errors import SpendCapped
from connectors.words import Billed, FieldStatus, Outcome

from ..errors import ConnectorsUnavailable, GatewayError, LimitReached, OutcomeUnknown
from ..fields.paths import touches
from ..model import Answer, Answers, Missing, Report, Verdict, Verified
from .plan import Seat, Unit, units

KNOWN = frozenset({FieldStatus.PRESENT, FieldStatus.NULL_VALUE, FieldStatus.NOT_FOUND})
"""The truth about a field is known, be it that there is nothing."""

BY_CHOICE = frozenset({Outcome.NOT_NEEDED})
"""Nobody wanted it, so nothing is missing."""

TO_COME = frozenset({Outcome.PENDING, Outcome.NEED_MORE})
"""An answer of sorts: what is wanted comes later, or on another inquiry."""

DECLINED = frozenset(
    {
        Outcome.NEED_INPUT,
        Outcome.SKIPPED_POLICY,
        Outcome.SKIPPED_COST,
        Outcome.NOT_NEEDED,
    }
)
"""It was not asked, for a reason that asking again later does not take away."""


@dataclass(frozen=True, slots=True)
class Verify:
    """
    Judge a report.

    COMPLETE: the truth about every wanted field is known and every value of
    every answer was read. PARTIAL: something is missing, and the report stands
    without it. INSUFFICIENT: a required connector gave no answer, or a field
    that the product requires is not there. PENDING: it will come.
    """

    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""

    def __call__(self, report: Report) -> Verified:
        _refuse_emptiness(report.answers)
        answers = report.answers.by_connector
        uncovered = _uncovered(report)
        missing = uncovered + tuple(
            Missing(path, meta.status, meta.connector)
            for path, meta in report.fields.items()
            if meta.status not in KNOWN and not _chosen(answers.get(meta.connector))
        )
        gaps = bool(missing) or any(
            answer.reply and (answer.reply.mapped.invalid or answer.reply.mapped.unmapped)
            for answer in answers.values()
        )
        asked_for = len(report.fields) + len(uncovered)
        return Verified(
            report=report,
            verdict=self._verdict(report, gaps=gaps),
            score=1 - len(missing) / asked_for if asked_for else 1.0,
            missing=missing + _lacking(report),
            warnings=report.warnings,
        )

    def _verdict(self, report: Report, *, gaps: bool) -> Verdict:
        answers = report.answers.by_connector
        product = report.answers.granted.filled.valid.admitted.inquiry.product
        verdicts = [_unit(unit, answers) for unit in units(self.seats[product]) if unit.required]
        for worse in (Verdict.INSUFFICIENT, Verdict.PENDING):
            if worse in verdicts:
                return worse
        if report.lacking:
            return Verdict.INSUFFICIENT
        return Verdict.PARTIAL if gaps else Verdict.COMPLETE


def _unit(unit: Unit, answers: Mapping[str, Answer]) -> Verdict:
    """
    Judge a required connector, or waterfall, by its answers alone.

    Of a waterfall as many must have answered as the product asks for, or as could give
    something that is wanted, be it that nobody is on file.
    """
    ends = [answers[seat.connector] for seat in unit.seats if seat.connector in answers]
    to_come = sum(answer.outcome in TO_COME for answer in ends)
    answered = sum(answer.reply is not None for answer in ends) - to_come
    enough = min(unit.enough, sum(not _chosen(answer) for answer in ends))
    if answered >= enough:
        return Verdict.COMPLETE
    return Verdict.PENDING if answered + to_come >= enough else Verdict.INSUFFICIENT


def _chosen(answer: Answer | None) -> bool:
    return answer is not None and answer.outcome in BY_CHOICE


def _uncovered(report: Report) -> tuple[Missing, ...]:
    """Name what is wanted and nobody could have given."""
    wanted = report.answers.granted.filled.valid.admitted.wanted
    return tuple(
        Missing(path, FieldStatus.NOT_REQUESTED, "")
        for path in _untouched(wanted, tuple(report.fields))
    )


@lru_cache(maxsize=1024)
def _untouched(wanted: tuple[str, ...], fields: tuple[str, ...]) -> tuple[str, ...]:
    """Compare paths once: there are few masks, and many inquiries."""
    return tuple(path for path in wanted if not touches(path, fields))


def _lacking(report: Report) -> tuple[Missing, ...]:
    """Name what a check requires and no connector's field stands for."""
    missing = []
    for path in report.lacking:
        meta = report.fields.get(path)
        if meta is None:
            missing.append(Missing(path, FieldStatus.NOT_FOUND, ""))
        elif meta.status in KNOWN:
            missing.append(Missing(path, meta.status, meta.connector))
    return tuple(missing)


def _refuse_emptiness(answers: Answers) -> None:
    """
    End without a report where nothing at all was learnt and something was tried.

    UNAVAILABLE promises that nothing was bought; whatever may have been makes it
    the ambiguous error instead, and what surely was is for a report to say: nobody
    is in doubt about it. Where time was too short to ask anybody, that is no
    report either: else the id would be answered with nothing from then on.
    """
    if any(answer.reply is not None for answer in answers.by_connector.values()):
        return
    failed = [
        answer.missed.error
        for answer in answers.by_connector.values()
        if answer.missed is not None
        and answer.missed.error is not None
        and answer.outcome not in DECLINED
    ]
    if not failed:
        _refuse_poverty(answers)
        return
    unsure = [error for error in failed if error.billed is Billed.UNKNOWN]
    end: GatewayError = ConnectorsUnavailable()
    if unsure:
        timed_out = any(error.outcome is Outcome.TIMEOUT for error in unsure)
        end = OutcomeUnknown(tuple(error.call_id for error in unsure), timed_out=timed_out)
    elif any(error.billed is Billed.YES for error in failed):
        return
    end.outcomes = answers.outcomes
    raise end


def _refuse_poverty(answers: Answers) -> None:
    """End without a report where the caller's money for today reached for nothing at all."""
    capped = [
        answer.missed.error
        for answer in answers.by_connector.values()
        if answer.missed is not None and isinstance(answer.missed.error, SpendCapped)
    ]
    if capped:
        caller = answers.granted.filled.valid.admitted.caller.name
        raise LimitReached("SPENDING_LIMIT", caller, capped[0].wait)
