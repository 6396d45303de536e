"""A stream of one inquiry: what is told, in which order, and to whom it matters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from connectors.errors import Refused
from connectors.words import Outcome
from gateway.errors import ConnectorsUnavailable, Malformed
from gateway.fields.merging import Merging
from gateway.model import Answer, Granted, Listen, Report
from gateway.pipeline import unheard
from gateway.rpc.engine.contract import CallContext
from gateway.rpc.streams.user_info import UserInfoStream
from gateway.rpc.translate_report import ReportTranslation
from gateway.stages.structure import Blueprint, Structure
from tests.inquiries import CONTEXT
from tests.rooms import failed, given, granted, known, reply
from tests.virtual import VirtualClock

from .lines import Line

RISK = "fraud.gang_risk"
BODY = pb.GetUserInfoRequest(inquiry_id="i-1").SerializeToString()
SAYS = known(fraud={"gang_risk": 0.5})


@dataclass(slots=True)
class Fan:
    """Asks as the pipeline does: tells of one connector after another, then has a report."""

    answers: list[tuple[float, Answer]]
    """When each comes, in seconds after the one before."""
    fails: Exception | None = None
    refused: dict[str, Outcome] = field(default_factory=dict)
    ended: bool = False
    cancelled: bool = False

    async def ask(
        self, request: pb.GetUserInfoRequest, _: CallContext, listen: Listen = unheard, /
    ) -> report_pb2.Report:
        tell = listen(granted("a", "b", refused=self.refused))
        try:
            for seconds, answer in self.answers:
                await asyncio.sleep(seconds)
                tell(answer)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        self.ended = True
        if self.fails is not None:
            raise self.fails
        return report_pb2.Report(inquiry_id=request.inquiry_id)

    async def __call__(self, line: Line) -> None:
        stream = UserInfoStream(self.ask, part, ReportTranslation({}, "CNY"))
        await stream(BODY, CONTEXT, line.send)


def part(to: Granted, answer: Answer) -> Report:
    blueprint = Blueprint(dict.fromkeys("ab", (RISK,)), dict.fromkeys("ab", "1"), Merging())
    return Structure({"credit": blueprint}, VirtualClock()).part(to, answer)


def hit(name: str) -> Answer:
    return given(reply(name, says=SAYS, notes=[RISK]))


def told(line: Line) -> list[str]:
    """Tell of what each message is, in order."""
    events = [pb.StreamUserInfoResponse.FromString(each) for each in line.sent]
    return [
        "report" if each.HasField("report") else each.answer.result.connector for each in events
    ]


async def test_each_connector_is_told_of_when_it_answers_and_the_report_is_last() -> None:
    line, fan = Line(), Fan([(1.0, hit("b")), (9.0, failed(Refused("a")))])
    streaming = asyncio.create_task(fan(line))
    await asyncio.sleep(1.5)
    assert told(line) == ["b"]
    await streaming

    assert told(line) == ["b", "a", "report"]
    answer = pb.StreamUserInfoResponse.FromString(line.sent[0]).answer
    assert answer.user_info == SAYS
    assert answer.result.outcome == report_pb2.OUTCOME_HIT
    assert answer.fields[RISK].status == report_pb2.FIELD_STATUS_PRESENT
    failure = pb.StreamUserInfoResponse.FromString(line.sent[1]).answer
    assert not failure.HasField("user_info")
    assert failure.fields[RISK].status == report_pb2.FIELD_STATUS_CONNECTOR_ERROR


async def test_who_is_not_asked_is_told_of_before_anybody_answers() -> None:
    line, fan = Line(), Fan([(1.0, hit("a"))], refused={"b": Outcome.SKIPPED_POLICY})
    await fan(line)

    assert told(line) == ["b", "a", "report"]
    first = pb.StreamUserInfoResponse.FromString(line.sent[0]).answer
    assert first.result.outcome == report_pb2.OUTCOME_SKIPPED_POLICY
    assert first.fields[RISK].status == report_pb2.FIELD_STATUS_SKIPPED_BY_POLICY


async def test_a_slow_reader_holds_up_nobody_but_itself() -> None:
    line, fan = Line(), Fan([(1.0, hit("a")), (1.0, hit("b"))])
    line.reads.clear()
    streaming = asyncio.create_task(fan(line))
    await asyncio.sleep(2.5)
    assert fan.ended
    assert line.sent == []
    line.reads.set()
    await streaming

    assert told(line) == ["a", "b", "report"]


async def test_an_inquiry_that_fails_fails_after_all_that_was_told() -> None:
    line, fan = Line(), Fan([(1.0, hit("a"))], fails=ConnectorsUnavailable())
    line.reads.clear()
    streaming = asyncio.create_task(fan(line))
    await asyncio.sleep(5)
    line.reads.set()
    with pytest.raises(ConnectorsUnavailable):
        await streaming

    assert told(line) == ["a"]


async def test_a_caller_who_goes_ends_its_wait_and_leaves_nothing_behind() -> None:
    for reads in (True, False):
        line, fan = Line(), Fan([(1.0, hit("a")), (60.0, hit("b"))])
        if not reads:
            line.reads.clear()
        streaming = asyncio.create_task(fan(line))
        await asyncio.sleep(2)
        streaming.cancel()
        await asyncio.wait((streaming,))

        assert streaming.cancelled()
        assert fan.cancelled
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_cancel_that_nobody_asked_for_is_passed_on_as_what_it_is() -> None:
    async def ask(*_: object) -> report_pb2.Report:
        raise asyncio.CancelledError

    stream = UserInfoStream(ask, part, ReportTranslation({}, "CNY"))
    with pytest.raises(asyncio.CancelledError):
        await stream(BODY, CONTEXT, Line().send)


async def test_what_can_not_be_read_is_not_asked() -> None:
    stream = UserInfoStream(Fan([]).ask, part, ReportTranslation({}, "CNY"))
    with pytest.raises(Malformed):
        await stream(b"\xff\xff", CONTEXT, Line().send)
