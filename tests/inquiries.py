"""Inquiries and reports for tests that are not about how these come about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from datachannel.v1 import user_info_pb2

from connectors.contract import Standing, Values
from connectors.kit import Clock
from connectors.words import Outcome, Purpose
from gateway.errors import GatewayError
from gateway.inquiries.desk import Desk, Ports
from gateway.inquiries.kept.fingerprint import Fingerprint
from gateway.inquiries.line import Line as InquiryLine
from gateway.inquiries.runs import Runs
from gateway.model import (
    Admitted,
    Answer,
    Answers,
    Credentials,
    FieldMeta,
    Filled,
    Granted,
    Inquiry,
    Missing,
    Report,
    Valid,
    Verdict,
    Verified,
)
from gateway.pipeline import Pipeline
from gateway.policy import CallerPolicy, Identities
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext
from gateway.rpc.translate_report import ReportTranslation
from gateway.subject.filling import Filling
from gateway.subject.violation import Violation
from tests.standins import HandClock, anything

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALLER = CallerPolicy(
    name="scoring",
    tenant="lender",
    identities=Identities(),
    products=("identity", "credit"),
    purposes=(Purpose.CREDIT_ORIGINATION, Purpose.FRAUD_PREVENTION),
)
CONTEXT = CallContext("/x/Y", None, Credentials(api_key="k"), "ipv4:127.0.0.1:1")


def verified(
    inquiry: Inquiry,
    answers: Mapping[str, Answer] | None = None,
    fields: Mapping[str, FieldMeta] | None = None,
    *,
    cost: Decimal = Decimal(0),
    fillings: tuple[Filling, ...] = (),
) -> Verified:
    """A report as the last stage leaves it, with one warning and one missing field."""
    granted = _granted(inquiry, fillings)
    user_info = user_info_pb2.UserInfo()
    user_info.identity_verification.nationality = "CN"
    report = Report(Answers(granted, answers or {}), user_info, fields or {}, cost)
    missing = tuple(
        Missing(path, meta.status, meta.connector)
        for path, meta in report.fields.items()
        if meta.origin is None
    )
    warning = Violation("subject.mobile", "mobile.carrier-changed", "a constant")
    return Verified(report, Verdict.PARTIAL, 0.5, missing, (warning,))


def _granted(inquiry: Inquiry, fillings: tuple[Filling, ...]) -> Granted:
    admitted = Admitted(inquiry, CALLER, Purpose.CREDIT_ORIGINATION, (), 2000.0)
    standing = Standing(
        tenant="lender",
        caller="scoring",
        inquiry_id=inquiry.id,
        purpose=admitted.purpose,
        consent=None,
        subject_token="t",
        config_version="v7",
    )
    return Granted(
        filled=Filled(Valid(admitted, inquiry.subject), inquiry.subject, fillings),
        standing=standing,
        granted_at=NOW,
        connectors=(),
        refused=dict[str, Outcome](),
        values={},
    )


@dataclass(slots=True)
class Line:
    """Stages that do nothing but remember, and fail where a test wants them to."""

    admission: GatewayError | None = None
    fault: BaseException | None = None
    seen: Inquiry | None = None
    refused: GatewayError | None = None
    ended: Verified | GatewayError | None = None

    def pipeline(self) -> Pipeline:
        return Pipeline(
            admit=self._admit,
            validate=lambda admitted: Valid(admitted, admitted.inquiry.subject),
            fill=self._fill,
            authorize=self._authorize,
            fan_out=self._fan_out,
            structure=lambda answers: verified(self._inquiry(answers)).report,
            verify=lambda report: verified(self._inquiry(report.answers)),
            refuse=self._refuse,
            ended=self._ended,
        )

    def _inquiry(self, answers: Answers) -> Inquiry:
        return answers.granted.filled.valid.admitted.inquiry

    def _ended(self, _: Inquiry, how: Verified | GatewayError) -> None:
        self.ended = how

    async def _refuse(self, _: Inquiry, __: Values, error: GatewayError) -> None:
        self.refused = error

    def _admit(self, inquiry: Inquiry) -> Admitted:
        self.seen = inquiry
        if self.admission is not None:
            raise self.admission
        return Admitted(inquiry, CALLER, Purpose.CREDIT_ORIGINATION, (), 2000.0)

    async def _fill(self, valid: Valid) -> Filled:
        return Filled(valid, valid.subject)

    async def _authorize(self, filled: Filled) -> Granted:
        return _granted(filled.valid.admitted.inquiry, ())

    async def _fan_out(self, granted: Granted, _: object) -> Answers:
        if self.fault is not None:
            raise self.fault
        return Answers(granted, {})


def channel(
    line: Line, clock: Clock | None = None, new_id: Callable[[], str] = lambda: "report"
) -> DataChannel:
    """A front door to stages that claim nothing and write nothing down."""
    clock, pipeline = clock or HandClock(), line.pipeline()
    ports = Ports(anything(), anything(), anything(), anything(), (), clock, new_id)
    stages = InquiryLine(pipeline, lambda _: pipeline.authorize, lambda _: pipeline.fan_out)
    return DataChannel(
        pipeline=pipeline,
        desk=Desk.of(stages, ports, Runs()),
        identify=lambda _: CALLER,
        report=ReportTranslation({}, "CNY"),
        fingerprint=Fingerprint(b"k"),
        clock=clock,
    )
