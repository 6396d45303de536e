"""What travels and what the house works with are the same, said twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from datachannel.v1 import catalog_pb2, inquiry_pb2, report_pb2, values_pb2
from datachannel.v1 import data_channel_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2, money_pb2

from connectors.contract import Counts, FieldNote, Reply
from connectors.errors import NeedInput, TimedOut
from connectors.words import Billed, Effect, FieldStatus, Outcome, Purpose, ReuseMode, ServedFrom
from gateway.catalog.view import ConnectorFacts
from gateway.model import Answer, Credentials, FieldMeta, Inquiry, Missed
from gateway.rpc import enums
from gateway.rpc.translate_inquiry import inquiry, outline, unreadable
from gateway.rpc.translate_report import ReportTranslation, Stamp
from gateway.subject.filling import FieldOrigin, Filling
from tests.inquiries import CONTEXT, NOW, verified

INQUIRY = Inquiry("i1", Credentials(), "identity", Purpose.CREDIT_ORIGINATION, NOW, None)
EARLIER = datetime(2026, 2, 1, tzinfo=UTC)


def full_request() -> pb.GetUserInfoRequest:
    request = pb.GetUserInfoRequest(
        inquiry_id="i1",
        product="identity",
        subject=inquiry_pb2.Subject(
            name="张三",
            id_type=values_pb2.ID_TYPE_RESIDENT_ID,
            sex=values_pb2.SEX_UNSPECIFIED,
            date_of_birth=date_pb2.Date(year=1949, month=12, day=31),
            address=inquiry_pb2.Address(city="Beijing"),
        ),
        purpose=inquiry_pb2.PURPOSE_CREDIT_ORIGINATION,
        consent=inquiry_pb2.Consent(
            id="c1",
            granted_at=Timestamp(seconds=10),
            purposes=[inquiry_pb2.PURPOSE_COLLECTION, inquiry_pb2.PURPOSE_UNSPECIFIED],
            recipients=["acme"],
            sensitive=True,
        ),
        reuse=inquiry_pb2.Reuse(
            mode=inquiry_pb2.REUSE_MODE_ONLY_CACHE, max_age=Duration(seconds=1, nanos=500_000_000)
        ),
        max_cost=money_pb2.Money(currency_code="CNY", units=12, nanos=340_000_000),
        application=inquiry_pb2.Application(
            amount=values_pb2.Amount(minor_units=500, currency="CNY"), term_months=12
        ),
        device=inquiry_pb2.Device(ip="10.0.0.1"),
        inputs={"otp": "1234"},
    )
    request.fields.paths.extend(["credit_summary", "nonsense"])
    return request


def test_an_inquiry_holds_all_that_was_said() -> None:
    asked = inquiry(full_request(), CONTEXT, NOW)

    assert (asked.id, asked.product, asked.received_at) == ("i1", "identity", NOW)
    assert asked.purpose is Purpose.CREDIT_ORIGINATION
    assert asked.credentials is CONTEXT.credentials
    assert asked.subject == {
        "name": "张三",
        "id_type": "RESIDENT_ID",
        "date_of_birth": date(1949, 12, 31),
        "address.city": "Beijing",
    }
    assert asked.application == {
        "amount.minor_units": 500,
        "amount.currency": "CNY",
        "term_months": 12,
    }
    assert asked.device == {"ip": "10.0.0.1"}
    assert asked.inputs == {"otp": "1234"}
    assert asked.fields == ("credit_summary", "nonsense")
    assert (asked.reuse, asked.max_age) == (ReuseMode.ONLY_CACHE, 1.5)
    assert asked.max_cost == Decimal("12.34")
    assert asked.consent is not None
    assert asked.consent.granted_at == datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
    assert asked.consent.expires_at is None
    assert asked.consent.purposes == {Purpose.COLLECTION}
    assert asked.consent.recipients == {"acme"}
    assert unreadable(full_request(), "CNY") == ()


def test_what_is_absent_stays_absent() -> None:
    asked = inquiry(pb.GetUserInfoRequest(), CONTEXT, NOW)

    assert (asked.purpose, asked.consent, asked.max_age, asked.max_cost) == (None,) * 4
    assert not asked.subject
    assert not asked.fields
    assert unreadable(pb.GetUserInfoRequest(), "CNY") == ()


def day(year: int, month: int, number: int) -> pb.GetUserInfoRequest:
    born = date_pb2.Date(year=year, month=month, day=number)
    return pb.GetUserInfoRequest(subject=inquiry_pb2.Subject(date_of_birth=born))


def cost(**parts: Any) -> pb.GetUserInfoRequest:
    return pb.GetUserInfoRequest(max_cost=money_pb2.Money(**parts))


def granted(**parts: int) -> pb.GetUserInfoRequest:
    return pb.GetUserInfoRequest(consent=inquiry_pb2.Consent(granted_at=Timestamp(**parts)))


def consented(name: str) -> pb.GetUserInfoRequest:
    return pb.GetUserInfoRequest(consent=inquiry_pb2.Consent(id=name))


def age(**parts: int) -> pb.GetUserInfoRequest:
    return pb.GetUserInfoRequest(reuse=inquiry_pb2.Reuse(max_age=Duration(**parts)))


UNKNOWN_SEX = pb.GetUserInfoRequest.FromString(
    pb.GetUserInfoRequest(subject=inquiry_pb2.Subject(sex=values_pb2.SEX_MALE))
    .SerializeToString()
    .replace(b"\x60\x01", b"\x60\x63")
)


@pytest.mark.parametrize(
    ("request_", "path", "rule"),
    [
        (day(2023, 2, 29), "subject.date_of_birth", "date"),
        (day(1990, 0, 0), "subject.date_of_birth", "date"),
        (day(-5, 1, 1), "subject.date_of_birth", "date"),
        (UNKNOWN_SEX, "subject.sex", "enum"),
        (granted(seconds=2**62), "consent.granted_at", "timestamp"),
        (granted(seconds=-(2**62)), "consent.granted_at", "timestamp"),
        (granted(nanos=-1), "consent.granted_at", "timestamp"),
        (consented("c" * 256), "consent.id", "length"),
        (consented("c\0d"), "consent.id", "characters"),
        (age(seconds=-1), "reuse.max_age", "duration"),
        (age(nanos=2_000_000_000), "reuse.max_age", "duration"),
        (cost(currency_code="EUR", units=1), "max_cost", "currency"),
        (cost(), "max_cost", "currency"),
        (cost(currency_code="CNY", units=-1), "max_cost", "money"),
        (cost(currency_code="CNY", units=1, nanos=-1), "max_cost", "money"),
        (cost(currency_code="CNY", nanos=1_000_000_000), "max_cost", "money"),
    ],
)
def test_what_means_nothing_is_named_and_not_dropped(
    request_: pb.GetUserInfoRequest, path: str, rule: str
) -> None:
    (violation,) = unreadable(request_, "CNY")

    assert (violation.path, violation.rule) == (path, rule)
    outline(request_, CONTEXT, NOW)


def test_a_date_of_zeros_is_absent() -> None:
    assert unreadable(day(0, 0, 0), "CNY") == ()
    assert inquiry(day(0, 0, 0), CONTEXT, NOW).subject == {}


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (enums.OUTCOMES, report_pb2.Outcome),
        (enums.SERVED_FROM, report_pb2.ServedFrom),
        (enums.BILLED, report_pb2.Billed),
        (enums.VERDICTS, report_pb2.Verdict),
        (enums.STATUSES, report_pb2.FieldStatus),
        (enums.ORIGINS, report_pb2.FieldOrigin),
        (enums.EFFECTS, catalog_pb2.Effect),
        (enums.PURPOSES, inquiry_pb2.Purpose),
        (enums.REUSE_MODES, inquiry_pb2.ReuseMode),
    ],
)
def test_the_protos_and_we_have_the_same_words(table: dict[str, int], enum: Any) -> None:
    """A word that only one of the two knows would be an INTERNAL in service."""
    assert set(table.values()) == set(enum.values()) - {0}


ACME = ConnectorFacts(
    name="acme",
    version="v3",
    bureau="acme",
    effect=Effect.CHARGEABLE,
    price=Decimal("2.50"),
    outcomes=frozenset({Outcome.HIT}),
    billable=frozenset({Outcome.HIT}),
    targets=("credit_summary",),
    purposes=frozenset(Purpose),
)
TRANSLATE = ReportTranslation({"acme": ACME}, "CNY")
STAMP = Stamp("r1", NOW)


def reply(**changes: Any) -> Reply:
    return Reply(
        **{
            "connector": "acme",
            "version": "v4",
            "outcome": Outcome.HIT,
            "mapped": Counts(3, 2, 1),
            "billed": Billed.YES,
            "cost": Decimal("2.50"),
            "call_id": "call-1",
            "bureau_reference": "b-1",
            "observed_at": EARLIER,
            "retrieved_at": NOW,
            **changes,
        }
    )


def translated(answer: Answer) -> report_pb2.ConnectorResult:
    (result,) = TRANSLATE(verified(INQUIRY, {"acme": answer}), STAMP).connectors
    return result


def test_a_report_says_what_it_is() -> None:
    filling = Filling("date_of_birth", date(1949, 12, 31), FieldOrigin.DERIVED, "id", EARLIER)
    report = TRANSLATE(verified(INQUIRY, cost=Decimal("2.5"), fillings=(filling,)), STAMP)

    assert (report.inquiry_id, report.report_id, report.config_version) == ("i1", "r1", "v7")
    assert report.created_at.ToDatetime(tzinfo=UTC) == NOW
    assert report.completeness.verdict == report_pb2.VERDICT_PARTIAL
    assert report.completeness.score == 0.5
    assert report.user_info.identity_verification.nationality == "CN"
    assert report.cost == money_pb2.Money(currency_code="CNY", units=2, nanos=500_000_000)
    assert [(each.reason, each.path) for each in report.warnings] == [
        ("MOBILE_CARRIER_CHANGED", "subject.mobile")
    ]
    (filled,) = report.filled
    assert (filled.path, filled.rule_id) == ("subject.date_of_birth", "id")
    assert filled.origin == report_pb2.FIELD_ORIGIN_DERIVED
    assert filled.as_of.ToDatetime(tzinfo=UTC) == EARLIER
    assert not report.replayed


@pytest.mark.parametrize(
    ("served_from", "freshness"),
    [
        (ServedFrom.LIVE, report_pb2.FRESHNESS_LIVE),
        (ServedFrom.SHARED, report_pb2.FRESHNESS_LIVE),
        (ServedFrom.CACHE, report_pb2.FRESHNESS_CACHED),
        (ServedFrom.STALE, report_pb2.FRESHNESS_STALE),
    ],
)
def test_a_field_says_whence_and_when(served_from: ServedFrom, freshness: int) -> None:
    meta = FieldMeta(
        status=FieldStatus.PRESENT,
        origin=FieldOrigin.BUREAU,
        connector="acme",
        reply=reply(served_from=served_from),
        note=FieldNote(FieldStatus.PRESENT, None),
        conflict=True,
        mapping_version="m1",
    )
    report = TRANSLATE(verified(INQUIRY, fields={"a.b[K].c": meta}), STAMP)

    field = report.fields["a.b[K].c"]
    assert field.status == report_pb2.FIELD_STATUS_PRESENT
    assert field.origin == report_pb2.FIELD_ORIGIN_BUREAU
    assert (field.connector, field.bureau_reference) == ("acme", "b-1")
    assert field.observed_at.ToDatetime(tzinfo=UTC) == EARLIER
    assert field.retrieved_at.ToDatetime(tzinfo=UTC) == NOW
    assert field.freshness == freshness
    assert field.conflict
    assert field.mapping_version == "m1"


def test_a_field_that_is_missing_has_no_origin() -> None:
    meta = FieldMeta(status=FieldStatus.CONNECTOR_ERROR, origin=None, connector="acme")
    report = TRANSLATE(verified(INQUIRY, fields={"credit_summary": meta}), STAMP)

    assert report.fields["credit_summary"].origin == report_pb2.FIELD_ORIGIN_UNSPECIFIED
    assert report.fields["credit_summary"].connector == ""
    (missing,) = report.completeness.missing
    assert (missing.path, missing.connector) == ("credit_summary", "acme")
    assert missing.status == report_pb2.FIELD_STATUS_CONNECTOR_ERROR


def test_an_answer_is_accounted_for() -> None:
    answer = Answer("acme", reply(), None, 0.25)
    report = TRANSLATE(verified(INQUIRY, {"acme": answer}), STAMP)

    (result,) = report.connectors
    assert (result.connector, result.version, result.call_id) == ("acme", "v4", "call-1")
    assert result.outcome == report_pb2.OUTCOME_HIT
    assert result.served_from == report_pb2.SERVED_FROM_LIVE
    assert result.billed == report_pb2.BILLED_YES
    assert result.latency.ToMilliseconds() == 250
    assert (result.cost.units, result.cost.nanos) == (2, 500_000_000)
    assert not result.HasField("status")
    (processed,) = report.completeness.processed
    assert (processed.mapped, processed.invalid, processed.unmapped) == (3, 2, 1)


def test_what_may_have_been_bought_counts_as_what_its_attempt_says_it_costs() -> None:
    error = TimedOut("acme", "note that stays here")
    error.call_id, error.attempts, error.cost = "call-9", 2, Decimal("2.50")
    result = translated(Answer("acme", None, Missed("acme", error.outcome, error), 1.0))

    assert (result.version, result.call_id, result.attempts) == ("v3", "call-9", 2)
    assert result.billed == report_pb2.BILLED_UNKNOWN
    assert (result.cost.units, result.cost.nanos) == (2, 500_000_000)
    assert result.status.message == "sent, and no answer in time"
    assert b"stays here" not in result.SerializeToString()


@pytest.mark.parametrize("error", [None, NeedInput("acme")])
def test_what_was_not_asked_costs_nothing(error: NeedInput | None) -> None:
    result = translated(Answer("acme", None, Missed("acme", Outcome.NEED_INPUT, error), 0.0))

    assert result.billed == report_pb2.BILLED_NO
    assert result.cost == money_pb2.Money(currency_code="CNY")
    assert result.attempts == 0
    assert result.served_from == report_pb2.SERVED_FROM_UNSPECIFIED
    assert result.HasField("status")


def test_a_connector_that_nobody_needed_did_not_fail() -> None:
    result = translated(Answer("acme", None, Missed("acme", Outcome.NOT_NEEDED), 0.0))

    assert not result.HasField("status")
