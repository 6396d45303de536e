"""BatchGetUserInfo, end to end: each item by itself, and no more of them than are worked on."""

from __future__ import annotations

from collections.abc import Iterable

import grpc
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from datachannel_client import BatchAnswer, Client, Unauthenticated
from mock_bureaus import Step

from .house import House, outcomes

pytestmark = pytest.mark.asyncio(loop_scope="module")


def item(house: House) -> pb.BatchGetUserInfoRequest:
    request = house.request()
    request.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    request.fields.paths.append("identity_verification")
    return pb.BatchGetUserInfoRequest(inquiry=request)


async def ended(
    house: House, items: Iterable[pb.BatchGetUserInfoRequest]
) -> dict[str, BatchAnswer]:
    answers = house.client.batch_get_user_info(items, timeout=30)
    return {answer.inquiry_id: answer async for answer in answers}


async def test_each_item_has_its_report_or_its_refusal(house: House) -> None:
    unreadable, broken, forbidden, unfit = (item(house) for _ in range(4))
    unreadable.inquiry.max_cost.currency_code = "XXX"
    broken.inquiry.subject.id_number = "110105199001010003"
    forbidden.inquiry.product = "no_such_product"
    unfit.inquiry.consent.Clear()
    good = [item(house) for _ in range(3)]
    answers = await ended(house, [unreadable, good[0], broken, good[1], forbidden, unfit, good[2]])

    for each in good:
        report = answers[each.inquiry.inquiry_id].report
        assert report is not None
        assert report.inquiry_id == each.inquiry.inquiry_id
        assert outcomes(report)["police_id"] == "HIT"
    refused = {
        each.inquiry.inquiry_id: answers[each.inquiry.inquiry_id].refusal
        for each in (unreadable, broken, forbidden, unfit)
    }
    assert [each and each.reason for each in refused.values()] == [
        "INVALID_FIELDS",
        "INVALID_FIELDS",
        "PRODUCT_NOT_ALLOWED",
        "CONSENT_MISSING",
    ]
    assert len(answers) == 7


async def test_a_stranger_hears_so_once_and_not_for_each_item(house: House) -> None:
    door = house.demo.door
    async with Client(door.target, api_key="wrong", tls=door.tls) as client:
        with pytest.raises(Unauthenticated):
            async for _ in client.batch_get_user_info([item(house)], timeout=10):
                pass

    assert house.demo.bureaus.calls == []


async def test_an_item_has_its_own_time_and_what_it_paid_for_settles(house: House) -> None:
    slow = Step("slow:2s", path="/credit/v1/reports", keep=True)
    house.demo.bureaus.script("credit_report", slow)
    late, other = item(house), item(house)
    # Not the same question: of two that fly alone the second is a hard inquiry too many.
    late.inquiry.fields.paths[:] = ["credit_summary"]
    other.inquiry.fields.paths[:] = ["identity_verification.id_name_match"]
    late.timeout.FromMilliseconds(500)
    other.timeout.FromSeconds(8)
    answers = await ended(house, [late, other])

    refusal = answers[late.inquiry.inquiry_id].refusal
    assert refusal is not None
    assert (refusal.code, refusal.reason) == (
        grpc.StatusCode.DEADLINE_EXCEEDED,
        "UPSTREAM_OUTCOME_UNKNOWN",
    )
    report = answers[other.inquiry.inquiry_id].report
    assert report is not None
    assert outcomes(report)["police_id"] == "HIT"
    await house.demo.gateway.assembled.owned.settled()
    [settled] = [
        call for call in house.ledger.calls() if call.intent.inquiry_id == late.inquiry.inquiry_id
    ]
    # Whoever is cut off at the last moment hears of no calls, and of no others in any case.
    assert set(refusal.call_ids) <= {settled.intent.call_id}
    assert settled.outcome is not None
    assert (settled.outcome.outcome, settled.outcome.billed) == ("HIT", "YES")
