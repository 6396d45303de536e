"""Stage six: many replies become one person's user info, with the truth about each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from datachannel.v1 import user_info_pb2

from connectors.contract import FieldNote, Reply
from connectors.kit import Clock
from connectors.mapping import status_of
from connectors.words import FieldStatus, Outcome

from ..checks import Check, Evidence
from ..fields.merging import Merging
from ..fields.paths import touches, within, without_keys
from ..fields.trimming import trim
from ..fields.twins import twin_fields, write_twins
from ..model import Answer, Answers, FieldMeta, Granted, Report
from ..subject.filling import FieldOrigin, Filling

LIGHT = {FieldStatus.NULL_VALUE: 0, FieldStatus.NOT_FOUND: 0, FieldStatus.NOT_REQUESTED: 1}
"""How much a status says of a field that somebody else has a word on, too."""
FAILED, HELD = 2, 3
GIVEN = frozenset({FieldStatus.PRESENT, FieldStatus.OUTSIDE_MAX_AGE})
"""A bureau gave the value of such a field."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How one product's report is put together."""

    targets: Mapping[str, tuple[str, ...]]
    """UserInfo paths by connector, in the product's order."""
    versions: Mapping[str, str]
    """The mapping's version, by connector."""
    merging: Merging
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """
    Merge, check, filter, and say of every wanted field what became of it.

    Only what the caller's policy, the product and the mask allow is kept.
    """

    blueprints: Mapping[str, Blueprint]
    """By product."""
    clock: Clock

    def __call__(self, answers: Answers) -> Report:
        return self._report(answers, answers.granted.filled.fillings)

    def part(self, granted: Granted, answer: Answer) -> Report:
        """Say as much as the report could if this connector were the only one, and no more."""
        return self._report(Answers(granted, {answer.connector: answer}), ())

    def _report(self, answers: Answers, fillings: tuple[Filling, ...]) -> Report:
        filled = answers.granted.filled
        admitted = filled.valid.admitted
        blueprint = self.blueprints[admitted.inquiry.product]
        parsed = {
            name: user_info_pb2.UserInfo.FromString(answer.reply.user_info)
            for name, answer in answers.by_connector.items()
            if answer.reply is not None
        }
        user_info = user_info_pb2.UserInfo()
        write_twins(user_info, fillings)
        blueprint.merging(user_info, parsed)
        fields = twin_fields(fillings)
        _describe(fields, answers, blueprint)

        wanted, denied = admitted.wanted, admitted.caller.fields.deny
        warnings = list(filled.warnings)
        lacking: list[str] = []
        for check in blueprint.checks:
            found = check(Evidence(user_info, parsed, fields, self.clock.utc()))
            fields |= found.fields
            warnings += [one for one in found.warnings if _shown(one.path, wanted, denied)]
            lacking += [path for path in found.lacking if _shown(path, wanted, denied)]

        trim(user_info, wanted, denied)
        shown = _visible(tuple(fields), wanted, denied)
        kept = {path: meta for path, meta in fields.items() if path in shown}
        return Report(
            answers=answers,
            user_info=user_info,
            fields=kept,
            cost=_cost(answers),
            warnings=tuple(warnings),
            lacking=tuple(lacking),
        )


@lru_cache(maxsize=1024)
def _visible(
    paths: tuple[str, ...], wanted: tuple[str, ...], denied: tuple[str, ...]
) -> frozenset[str]:
    """Keep the paths that the caller gets; there are few masks, and many inquiries."""
    return frozenset(
        path for path in paths if within(path, wanted) and not within(without_keys(path), denied)
    )


def _shown(path: str, wanted: tuple[str, ...], denied: tuple[str, ...]) -> bool:
    """Whether a check may speak to the caller of a path; its field may be a whole section."""
    return touches(path, wanted) and not within(path, denied)


def _describe(fields: dict[str, FieldMeta], answers: Answers, blueprint: Blueprint) -> None:
    """
    Say of each target once what became of it, preferring whoever has it.

    Where nobody has it, whoever failed speaks, and then whoever could not be asked:
    that another found nothing does not tell what they would have found. Whoever was
    not needed speaks only where nobody else does.
    """
    known = answers.by_connector
    needed = sorted(
        (name for name in blueprint.targets if name in known),
        key=lambda name: known[name].outcome is Outcome.NOT_NEEDED,
    )
    for name in needed:
        answer, targets = known[name], blueprint.targets[name]
        told = answer.reply.meta if answer.reply else {}
        # Of a mapping family only what stood in the answer is a field of the report.
        every = dict.fromkeys((*targets, *told)) if told.keys() - set(targets) else targets
        for target, meta in _metas(every, answer, blueprint.versions[name]):
            if target not in fields or (
                answer.outcome is not Outcome.NOT_NEEDED
                and _better(target, meta, fields[target], blueprint.merging)
            ):
                fields[target] = meta


def _better(target: str, meta: FieldMeta, known: FieldMeta, merging: Merging) -> bool:
    if meta.status is not FieldStatus.PRESENT:
        return _weight(meta) > _weight(known)
    if known.status is not FieldStatus.PRESENT or known.origin is not FieldOrigin.BUREAU:
        return True
    return merging.rank(target, meta.connector) < merging.rank(target, known.connector)


def _weight(meta: FieldMeta) -> int:
    return HELD if meta.status is FieldStatus.PRESENT else LIGHT.get(meta.status, FAILED)


def _metas(targets: Iterable[str], answer: Answer, version: str) -> Iterator[tuple[str, FieldMeta]]:
    """Describe the targets of one connector; those of one note differ in nothing but their path."""
    notes = answer.reply.meta if answer.reply else {}
    shared: dict[int, FieldMeta] = {}
    for target in targets:
        note = notes.get(target)
        meta = shared.get(id(note))
        if meta is None:
            meta = shared[id(note)] = _meta(note, answer, version)
        yield target, meta


def _meta(note: FieldNote | None, answer: Answer, version: str) -> FieldMeta:
    status = status_of(answer.outcome, note)
    return FieldMeta(
        status=status,
        origin=FieldOrigin.BUREAU if status in GIVEN else None,
        connector=answer.connector,
        reply=answer.reply,
        note=note or _observed(answer.reply),
        mapping_version=version,
    )


def _observed(reply: Reply | None) -> FieldNote | None:
    return FieldNote(FieldStatus.NOT_FOUND, reply.observed_at) if reply else None


def _cost(answers: Answers) -> Decimal:
    cost = Decimal(0)
    for answer in answers.by_connector.values():
        if answer.reply is not None:
            cost += answer.reply.cost
        elif answer.missed is not None and answer.missed.error is not None:
            cost += answer.missed.error.cost
    return cost
