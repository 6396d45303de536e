"""StreamUserInfo, end to end: what is known is told at once, and no more than the report says."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2

from datachannel_client import (
    ConsentFails,
    GatewayRefusal,
    InvalidRequest,
    NotAllowed,
    Unavailable,
)
from mock_bureaus import Step

from .house import House, outcomes

pytestmark = pytest.mark.asyncio(loop_scope="module")


def asked(house: House) -> pb.GetUserInfoRequest:
    request = house.request()
    request.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    return request


class Heard:
    """What a stream has told by its end."""

    def __init__(self) -> None:
        self.answers: list[pb.ConnectorAnswer] = []
        self.report: report_pb2.Report | None = None

    async def all(self, house: House, request: pb.GetUserInfoRequest) -> Heard:
        async for event in house.client.stream_user_info(request):
            assert self.report is None, "nothing follows the report"
            if isinstance(event, report_pb2.Report):
                self.report = event
            else:
                self.answers.append(event)
        return self

    @property
    def outcomes(self) -> dict[str, str]:
        return outcomes(report_pb2.Report(connectors=[each.result for each in self.answers]))


async def test_what_is_known_is_told_while_the_slowest_bureau_is_still_asked(house: House) -> None:
    house.demo.bureaus.script("fraud_report", Step("slow:1s"))
    told: list[str] = []
    async with aclosing(house.client.stream_user_info(asked(house))) as events:
        async for event in events:
            assert isinstance(event, pb.ConnectorAnswer)
            told.append(event.result.connector)
            if len(told) == 6:
                break

    assert "fraud_report" not in told
    assert [each.connector for each in house.ledger.open_intents()] == ["fraud_report"]


async def test_each_connector_is_told_of_once_and_its_part_is_in_the_report(house: House) -> None:
    heard = await Heard().all(house, asked(house))

    report = heard.report
    assert report is not None
    assert report.completeness.verdict == report_pb2.VERDICT_COMPLETE
    assert len(heard.answers) == len(report.connectors)
    assert heard.outcomes == outcomes(report)
    given = {each.result.connector: each for each in heard.answers}
    for result in report.connectors:
        assert given[result.connector].result == result
    part = given["credit_report"].user_info.credit_summary
    assert part.scores == report.user_info.credit_summary.scores
    for path, meta in report.fields.items():
        if meta.connector:
            assert given[meta.connector].fields[path].status == meta.status


async def test_a_mask_and_the_callers_policy_hold_for_what_is_told_early(house: House) -> None:
    request = asked(house)
    request.fields.paths.append("credit_summary.scores")
    heard = await Heard().all(house, request)

    assert heard.report is not None
    assert set(heard.report.fields) <= {"credit_summary.scores"}
    for answer in heard.answers:
        assert set(answer.fields) <= {"credit_summary.scores"}
        sections = {field.name for field, _ in answer.user_info.ListFields()}
        assert sections <= {"credit_summary"}


async def test_who_is_not_asked_is_told_of_first(house: House) -> None:
    request = asked(house)
    request.consent.recipients.remove("fraudwatch")
    heard = await Heard().all(house, request)

    assert heard.answers[0].result.connector == "fraud_report"
    assert heard.outcomes["fraud_report"] == "SKIPPED_POLICY"
    assert heard.report is not None
    assert outcomes(heard.report) == heard.outcomes


@pytest.mark.parametrize(
    ("change", "refusal", "reason"),
    [
        ({"product": "no_such_product"}, NotAllowed, "PRODUCT_NOT_ALLOWED"),
        ({"purpose": inquiry_pb2.PURPOSE_COLLECTION}, NotAllowed, "PURPOSE_NOT_ALLOWED"),
        ({"consent": inquiry_pb2.Consent()}, ConsentFails, "CONSENT_MISSING"),
        ({"subject": inquiry_pb2.Subject()}, InvalidRequest, "INPUT_INCOMPLETE"),
    ],
)
async def test_a_refusal_is_the_one_that_a_call_gets(
    house: House, change: dict[str, object], refusal: type[GatewayRefusal], reason: str
) -> None:
    request = asked(house)
    for name in change:
        request.ClearField(name)  # type: ignore[arg-type] # the names above are fields
    request.MergeFrom(pb.GetUserInfoRequest(**change))  # type: ignore[arg-type] # likewise
    heard = Heard()
    with pytest.raises(refusal) as streamed:
        await heard.all(house, request)
    with pytest.raises(refusal) as called:
        await house.client.get_user_info(request)

    assert streamed.value.reason == called.value.reason == reason
    assert heard.answers == []
    assert house.demo.bureaus.calls == []


async def test_an_inquiry_without_any_answer_fails_after_what_was_told(house: House) -> None:
    """And it is not asked again: what was told would be told twice."""
    house.demo.bureaus.script("credit_report", Step("rate_limited:60", keep=True))
    request = asked(house)
    request.fields.paths.append("credit_summary.scores")
    heard = Heard()
    with pytest.raises(Unavailable) as caught:
        await heard.all(house, request)

    assert caught.value.reason == "CONNECTORS_UNAVAILABLE"
    assert heard.report is None
    assert heard.outcomes["credit_report"] == "RATE_LIMITED"
    assert set(heard.outcomes.values()) == {"RATE_LIMITED", "NOT_NEEDED"}
    assert len(heard.answers) == len(heard.outcomes)


async def test_a_caller_who_goes_ends_its_wait_and_what_is_paid_for_settles(house: House) -> None:
    house.demo.bureaus.script("credit_report", Step("slow:300ms", path="/credit/v1/reports"))
    async with aclosing(house.client.stream_user_info(asked(house))) as events:
        async for event in events:
            assert isinstance(event, pb.ConnectorAnswer)
            if event.result.connector == "multi_lending":
                break

    async with asyncio.timeout(10):
        while house.ledger.open_intents():
            await asyncio.sleep(0.02)
    ends = {call.intent.connector: call.outcome for call in house.ledger.calls()}
    assert ends["credit_report"] is not None
    assert (ends["credit_report"].outcome, ends["credit_report"].billed) == ("HIT", "YES")
