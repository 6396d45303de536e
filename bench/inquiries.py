"""The inquiries that are sent, and what their answers must say."""

from __future__ import annotations

import time

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2

from .people import id_number, mobile

PATH = "/datachannel.v1.DataChannelService/GetUserInfo"
BUREAUS = ("credit_bureau", "fraud_bureau", "income_bureau")

SERVED = {
    "live": report_pb2.SERVED_FROM_LIVE,
    "cached": report_pb2.SERVED_FROM_CACHE,
    "batch": report_pb2.SERVED_FROM_CACHE,
}
"""Where all answers of one kind of run come from."""

Report = report_pb2.Report


class Inquiries:
    """Writes inquiries of one shape; only the person and the inquiry's id differ."""

    def __init__(self) -> None:
        now = int(time.time())
        self._request = pb.GetUserInfoRequest(
            product="three",
            subject=inquiry_pb2.Subject(name="测试甲"),
            purpose=inquiry_pb2.PURPOSE_CREDIT_ORIGINATION,
            consent=inquiry_pb2.Consent(
                id="bench-consent",
                purposes=[inquiry_pb2.PURPOSE_CREDIT_ORIGINATION],
                recipients=BUREAUS,
            ),
        )
        self._request.consent.granted_at.FromSeconds(now - 3600)
        self._request.consent.expires_at.FromSeconds(now + 30 * 86_400)

    def about(self, person: int, inquiry_id: str) -> bytes:
        request = self._request
        request.inquiry_id = inquiry_id
        request.subject.id_number = id_number(person)
        request.subject.mobile = mobile(person)
        return request.SerializeToString()


def report_of(body: bytes) -> Report:
    return pb.GetUserInfoResponse.FromString(body).report


def fault_of(body: bytes, kind: str) -> str:
    """Say what is wrong with an answer; empty where it is all that was asked for."""
    report = report_of(body)
    if report.completeness.verdict != report_pb2.VERDICT_COMPLETE:
        return "its verdict is not COMPLETE"
    if [result.served_from for result in report.connectors] != [SERVED[kind]] * len(BUREAUS):
        return f"not all of its connectors are {kind}"
    return ""
