"""Both ends of a call without a wire, and inquiries that take the time that they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from random import Random

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2
from google.rpc import error_details_pb2, status_pb2

from gateway.errors import GatewayError
from gateway.model import Credentials, Listen
from gateway.pipeline import unheard
from gateway.policy import CallerPolicy
from gateway.rpc.engine.contract import CallContext
from gateway.rpc.status import Statuses
from gateway.rpc.streams.batch import Batch
from tests.inquiries import CALLER, CONTEXT
from tests.virtual import VirtualClock

Act = float | BaseException
"""Seconds until the report, or what is raised instead."""


class Desk:
    """Answers inquiries by their ids; those of which nothing is said, at once."""

    def __init__(self, **acts: Act) -> None:
        self.acts = acts
        self.asked: list[str] = []
        self.contexts: dict[str, CallContext] = {}
        self.cancelled: list[str] = []
        self.at_once = self.most_at_once = 0

    async def ask(
        self, request: pb.GetUserInfoRequest, context: CallContext, _: Listen = unheard, /
    ) -> report_pb2.Report:
        name = request.inquiry_id
        self.asked.append(name)
        self.contexts[name] = context
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            act = self.acts.get(name, 0.0)
            if isinstance(act, BaseException):
                raise act
            await asyncio.sleep(act)
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        finally:
            self.at_once -= 1
        return report_pb2.Report(inquiry_id=name)


class Line:
    """A caller who sends what it has, and reads when it likes."""

    def __init__(self, *bodies: bytes, ends: bool = True) -> None:
        self.bodies = list(bodies)
        self.taken = 0
        self.sent: list[bytes] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._ends = ends

    async def receive(self) -> bytes | None:
        if self.taken == len(self.bodies):
            if not self._ends:
                await asyncio.Event().wait()
            return None
        self.taken += 1
        return self.bodies[self.taken - 1]

    async def send(self, message: bytes) -> None:
        await self.reads.wait()
        self.sent.append(message)

    @property
    def answers(self) -> list[pb.BatchGetUserInfoResponse]:
        return [pb.BatchGetUserInfoResponse.FromString(each) for each in self.sent]

    @property
    def ends(self) -> dict[str, str]:
        """Tell how each inquiry ended: by a reason, or by ``report``."""
        return {
            each.inquiry_id: reason_of(each.status) if each.HasField("status") else "report"
            for each in self.answers
        }


def item(name: str, timeout: float | None = None) -> bytes:
    asked = pb.BatchGetUserInfoRequest(inquiry=pb.GetUserInfoRequest(inquiry_id=name))
    if timeout is not None:
        asked.timeout.FromMilliseconds(round(timeout * 1000))
    return asked.SerializeToString()


def items(names: Iterable[str]) -> list[bytes]:
    return [item(name) for name in names]


def batch(
    desk: Desk,
    incidents: list[BaseException],
    *,
    at_once: int = 3,
    identify: Callable[[Credentials], CallerPolicy] = lambda _: CALLER,
) -> Batch:
    statuses = Statuses(lambda _, __, error: incidents.append(error), Random(1))
    return Batch(desk.ask, identify, statuses, VirtualClock(), at_once)


async def run(desk: Desk, line: Line, context: CallContext = CONTEXT) -> list[BaseException]:
    """Make a batch, and give the faults that it met."""
    incidents: list[BaseException] = []
    await batch(desk, incidents)(line.receive, context, line.send)
    return incidents


def reason_of(status: status_pb2.Status) -> str:
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    return str(info.reason)


def stranger(error: GatewayError) -> Callable[[Credentials], CallerPolicy]:
    def identify(_: Credentials) -> CallerPolicy:
        raise error

    return identify
