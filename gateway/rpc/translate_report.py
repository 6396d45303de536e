"""A verified report made into the message that the caller gets, with no decision of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from datachannel.v1 import report_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from connectors.contract import Reply
from connectors.errors import ConnectorError
from connectors.words import Billed, Outcome

from ..catalog.view import ConnectorFacts
from ..model import Answer, Answers, FieldMeta, Verified
from ..rules.contract import ROOT
from ..subject.filling import FieldOrigin, Filling
from .enums import BILLED, FRESHNESS, ORIGINS, OUTCOMES, SERVED_FROM, STATUSES, VERDICTS
from .misses import miss
from .translate import duration, money, timestamp


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a report this one and no other."""

    report_id: str
    created_at: datetime
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ReportTranslation:
    """Knows what a report does not say itself: versions and list prices."""

    connectors: Mapping[str, ConnectorFacts]
    currency: str

    def __call__(self, verified: Verified, stamp: Stamp) -> report_pb2.Report:
        report = verified.report
        answers = report.answers
        return report_pb2.Report(
            inquiry_id=answers.granted.standing.inquiry_id,
            report_id=stamp.report_id,
            created_at=timestamp(stamp.created_at),
            completeness=_completeness(verified),
            user_info=report.user_info,
            fields=fields(report.fields),
            connectors=[self.result(answer) for answer in answers.by_connector.values()],
            filled=[_filled(filling) for filling in answers.granted.filled.fillings],
            warnings=[
                report_pb2.ReportWarning(reason=_reason(warning.rule), path=warning.path)
                for warning in verified.warnings
            ],
            cost=money(report.cost, self.currency),
            replayed=stamp.replayed,
            config_version=answers.granted.standing.config_version,
        )

    def result(self, answer: Answer) -> report_pb2.ConnectorResult:
        facts = self.connectors.get(answer.connector)
        result = report_pb2.ConnectorResult(
            connector=answer.connector,
            version=facts.version if facts else "",
            outcome=OUTCOMES[answer.outcome],
            latency=duration(answer.latency),
        )
        if answer.reply is not None:
            result.MergeFrom(self._given(answer.reply))
        else:
            error = answer.missed.error if answer.missed else None
            result.MergeFrom(self._missed(answer.outcome, error))
        return result

    def _given(self, reply: Reply) -> report_pb2.ConnectorResult:
        return report_pb2.ConnectorResult(
            version=reply.version,
            attempts=reply.attempts,
            served_from=SERVED_FROM[reply.served_from],
            billed=BILLED[reply.billed],
            cost=money(reply.cost, self.currency),
            call_id=reply.call_id,
            bureau_reference=reply.bureau_reference,
        )

    def _missed(self, outcome: Outcome, error: ConnectorError | None) -> report_pb2.ConnectorResult:
        return report_pb2.ConnectorResult(
            status=miss(outcome),
            attempts=error.attempts if error else 0,
            billed=BILLED[error.billed if error else Billed.NO],
            cost=money(error.cost if error else Decimal(0), self.currency),
            call_id=error.call_id if error else "",
        )


def _completeness(verified: Verified) -> report_pb2.Completeness:
    return report_pb2.Completeness(
        verdict=VERDICTS[verified.verdict],
        score=verified.score,
        missing=[
            report_pb2.MissingField(
                path=missing.path,
                status=STATUSES[missing.status],
                connector=missing.connector,
            )
            for missing in verified.missing
        ],
        processed=_processed(verified.report.answers),
    )


def _processed(answers: Answers) -> list[report_pb2.ProcessedConnector]:
    return [
        report_pb2.ProcessedConnector(
            connector=answer.connector,
            mapped=answer.reply.mapped.mapped,
            invalid=answer.reply.mapped.invalid,
            unmapped=answer.reply.mapped.unmapped,
        )
        for answer in answers.by_connector.values()
        if answer.reply is not None
    ]


def fields(metas: Mapping[str, FieldMeta]) -> dict[str, report_pb2.FieldMeta]:
    """Write each meta once: most fields of an answer share theirs."""
    written: dict[int, report_pb2.FieldMeta] = {}
    told: dict[str, report_pb2.FieldMeta] = {}
    for path, meta in metas.items():
        field = written.get(id(meta))
        if field is None:
            field = written[id(meta)] = _field(meta)
        told[path] = field
    return told


def _field(meta: FieldMeta) -> report_pb2.FieldMeta:
    written = report_pb2.FieldMeta(
        status=STATUSES[meta.status],
        rule_id=meta.rule_id,
        conflict=meta.conflict,
        mapping_version=meta.mapping_version,
        observed_at=_observed_at(meta),
    )
    if meta.origin is not None:
        written.origin = ORIGINS[meta.origin]
    if meta.origin is FieldOrigin.BUREAU:
        written.connector = meta.connector
    if meta.reply is not None:
        written.freshness = FRESHNESS[meta.reply.served_from]
        if meta.reply.retrieved_at is not None:
            written.retrieved_at.FromDatetime(meta.reply.retrieved_at)
        if meta.origin is FieldOrigin.BUREAU:
            written.bureau_reference = meta.reply.bureau_reference
    return written


def _observed_at(meta: FieldMeta) -> Timestamp | None:
    if meta.note is not None and meta.note.observed_at is not None:
        return timestamp(meta.note.observed_at)
    return timestamp(meta.reply.observed_at) if meta.reply else None


def _filled(filling: Filling) -> report_pb2.FilledField:
    return report_pb2.FilledField(
        path=ROOT + filling.path,
        origin=ORIGINS[filling.origin],
        rule_id=filling.rule_id,
        as_of=timestamp(filling.as_of),
    )


def _reason(rule: str) -> str:
    """Write a rule's name as a reason: ``id_number.checksum`` is ID_NUMBER_CHECKSUM."""
    return re.sub(r"[^A-Z0-9]+", "_", rule.upper())
