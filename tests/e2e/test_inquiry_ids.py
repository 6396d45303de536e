"""An inquiry's id over gRPC: whatever method it comes by, it is made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2

from datachannel_client import InvalidRequest, OutcomeUnknown, UnknownInquiry
from mock_bureaus import Step

from .house import House, open_house, outcomes


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def money(report: report_pb2.Report) -> bool:
    return bool(report.cost.units or report.cost.nanos)


async def test_fifty_at_once_are_one_over_real_sockets(house: House) -> None:
    alone = await house.client.get_user_info(house.request(), timeout=10)
    calls = len(house.demo.bureaus.calls)
    request = house.request()
    request.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    reports = await asyncio.gather(
        *(house.client.get_user_info(request, timeout=10) for _ in range(50))
    )

    # Nothing is cached for it: all but one have joined it.
    assert calls < len(house.demo.bureaus.calls) <= 2 * calls
    assert [report.replayed for report in reports].count(False) == 1
    assert len({report.report_id for report in reports} | {alone.report_id}) == 2
    assert len({report.user_info.SerializeToString(deterministic=True) for report in reports}) == 1
    assert [money(report) for report in reports].count(True) == 1


async def test_an_id_with_another_body_is_refused(house: House) -> None:
    request = house.request()
    await house.client.get_user_info(request, timeout=10)
    other = house.request(mobile="13900000000")
    other.inquiry_id = request.inquiry_id
    with pytest.raises(InvalidRequest) as refused:
        await house.client.get_user_info(other, timeout=10)

    assert refused.value.reason == "IDEMPOTENCY_KEY_REUSED"
    assert [each.path for each in refused.value.violations] == ["inquiry_id"]


async def test_an_inquiry_is_the_same_by_whatever_method_it_comes(house: House) -> None:
    request = house.request()
    first = await house.client.get_user_info(request, timeout=10)
    calls = len(house.demo.bureaus.calls)
    events = [event async for event in house.client.stream_user_info(request, timeout=10)]
    found = await house.client.get_inquiry(request.inquiry_id)

    assert len(house.demo.bureaus.calls) == calls
    told, report = events[:-1], events[-1]
    assert isinstance(report, report_pb2.Report)
    assert report.replayed
    assert report.report_id == found.report.report_id == first.report_id
    assert len(told) == len(first.connectors)
    assert found.state == pb.INQUIRY_STATE_FINAL
    assert found.report.cost == first.cost
    with pytest.raises(UnknownInquiry):
        await house.client.get_inquiry("another")


async def test_a_paid_answer_that_comes_too_late_is_given_for_nothing(house: House) -> None:
    house.demo.bureaus.script("police_id", Step(latency="1500ms"))
    request = house.request()
    request.product = "identity_v1"
    with pytest.raises(OutcomeUnknown) as unknown:
        await house.client.get_user_info(request, timeout=1)
    async with asyncio.timeout(8):
        while (found := await house.client.get_inquiry(request.inquiry_id)).state in (
            pb.INQUIRY_STATE_UNKNOWN,
            pb.INQUIRY_STATE_RUNNING,
        ):
            await asyncio.sleep(0.1)
    again = await house.client.get_user_info(request, timeout=5)

    assert found.state == pb.INQUIRY_STATE_FINAL
    assert outcomes(found.report)["police_id"] == "HIT"
    assert money(found.report)
    assert again.replayed
    assert not money(again)
    assert len(house.demo.bureaus.billed("police_id")) == 1
    assert unknown.value.call_ids in {(), (again.connectors[0].call_id,)}
