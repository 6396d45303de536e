"""Batches at their worst: callers who go, and callers who do not read."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import grpc
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2
from datachannel.v1.data_channel_service_pb2_grpc import DataChannelServiceStub
from google.rpc import status_pb2

from datachannel_client import BatchAnswer, Client, OutcomeUnknown, Retry, Unavailable
from gateway.clock import LoopClock
from gateway.rpc.engine.contract import Bidirectional
from gateway.rpc.streams.batch import AT_ONCE, Batch
from mock_bureaus import Step
from tests.counts import count, seed
from tests.e2e.house import House, open_house
from tests.e2e.serving import SERVICE, serving
from tests.inquiries import CALLER

BATCH = f"/{SERVICE}/BatchGetUserInfo"
BROKEN = status_pb2.Status()
STREAMING = re.compile(r"gateway/rpc/|BatchGetUserInfo")
MANY = count(2_000, 10_000)
STORM = count(20, 200)
REPORT = report_pb2.Report(report_id="x" * 32_000)


async def test_a_storm_of_cancelled_batches_leaves_no_hit_without_its_end(
    tmp_path: Path,
) -> None:
    """Whoever goes, and whenever: what may be paid for is followed to its end."""
    random = Random(seed(5))
    async with open_house(tmp_path) as house:
        house.demo.bureaus.script("police_id", Step(latency="20ms", keep=True))
        for _ in range(STORM // 5):
            await asyncio.gather(*(come_and_go(house, random) for _ in range(5)))
        async with asyncio.timeout(20):
            while streams():
                await asyncio.sleep(0.02)
        await house.demo.gateway.assembled.owned.settled()

        hits = {call.reference for call in house.demo.bureaus.calls if call.bureau == "police_id"}
        ends = {call.intent.our_reference: call.outcome for call in house.ledger.calls()}
        protected = tmp_path / "protected.log"
        assert len(hits) >= STORM // 5
        # An intent that a busy disk could not prove in time may stand without an end; then
        # nothing was sent.
        assert all(ends[reference] is not None for reference in hits)
        assert protected.read_text("utf-8") == ""


async def test_a_gateway_that_stops_under_a_batch_answers_what_it_has_begun(tmp_path: Path) -> None:
    """And says of the rest that it has not."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(tmp_path))
        bureaus, door, answers = house.demo.bureaus, house.demo.door, list[BatchAnswer]()
        bureaus.script("police_id", Step(latency="100ms", keep=True))
        own = Client(door.target, api_key=door.api_key, tls=door.tls, retry=Retry(attempts=1))

        async def read(client: Client) -> None:
            async for answer in client.batch_get_user_info(item(house) for _ in range(500)):
                answers.append(answer)

        async with own as client:
            reading = asyncio.create_task(read(client))
            await bureaus.received(AT_ONCE // 2)
            await stack.aclose()
            with pytest.raises((Unavailable, OutcomeUnknown)) as caught:
                await reading

    # The second where grpcio loses the status to a write under way: grpc/grpc#36066.
    assert caught.value.reason in {"DRAINING", ""}
    asked = [call for call in bureaus.calls if call.bureau == "police_id"]
    assert 0 < len(asked) == len(answers) < 500
    assert all(answer.report is not None for answer in answers)
    assert house.ledger.open_intents() == ()


async def come_and_go(house: House, random: Random) -> None:
    """Begin a batch, and give it up when so many calls of it and of others have been made."""
    bureaus = house.demo.bureaus
    answers = house.client.batch_get_user_info([item(house) for _ in range(5)])
    reading = asyncio.ensure_future(anext(answers))
    await bureaus.received(len(bureaus.calls) + random.randrange(1, 5))
    await asyncio.sleep(random.random() / 50)
    reading.cancel()
    await asyncio.wait((reading,))
    await answers.aclose()


def item(house: House) -> pb.BatchGetUserInfoRequest:
    request = house.request()
    request.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    request.fields.paths.append("identity_verification")
    return pb.BatchGetUserInfoRequest(inquiry=request)


class Desk:
    """Answers any inquiry at once, with a report of some size."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self, *_: object) -> report_pb2.Report:
        self.asked += 1
        return REPORT


async def test_a_caller_who_reads_slowly_makes_nobody_hold_its_reports() -> None:
    """It sends all that it has; what it does not read is not begun."""
    desk = Desk()
    batch = Batch(desk.ask, lambda _: CALLER, lambda *_: BROKEN, LoopClock())
    async with (
        serving({BATCH: Bidirectional(batch)}) as served,
        grpc.aio.insecure_channel(served.target) as wire,
    ):
        call = DataChannelServiceStub(wire).BatchGetUserInfo(timeout=50)

        async def write() -> None:
            for name in range(MANY):
                await call.write(pb.BatchGetUserInfoRequest(inquiry=named(name)))
            await call.done_writing()

        before = resident()
        writing = asyncio.create_task(write())
        begun = -1
        while desk.asked != begun:
            begun = desk.asked
            await asyncio.sleep(0.2)
        assert AT_ONCE <= begun < MANY / 3
        assert resident() - before < 40 * 2**20
        seen = {response.inquiry_id async for response in call}
        await writing

    assert seen == {str(name) for name in range(MANY)}


def streams() -> list[asyncio.Task[object]]:
    """List what still answers somebody."""
    return [task for task in asyncio.all_tasks() if STREAMING.search(repr(task))]


def named(name: int) -> pb.GetUserInfoRequest:
    return pb.GetUserInfoRequest(inquiry_id=str(name), product="x" * 300)


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
