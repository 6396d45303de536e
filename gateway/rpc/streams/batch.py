"""BatchGetUserInfo: many inquiries on one stream, each answered by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2
from google.rpc import status_pb2

from connectors.kit import Clock

from ...errors import InvalidFields, Malformed, OutcomeUnknown
from ...model import Credentials
from ...policy import CallerPolicy
from ...subject.violation import Violation
from ..engine.answering import answer, refusing
from ..engine.contract import CallContext, Receive, Refuse, Send
from ..translate import parse, seconds
from .asking import Ask

AT_ONCE = 32
"""Items of one stream that are under way; one that is answered is, until the answer is sent."""


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Takes a further item only where one may be begun, so that the rest stays with the caller.

    An item ends in a report or in a status, and ends nothing else. One that can
    not be read has no id to be answered under: it ends the stream, when all that
    came before it are answered.
    """

    ask: Ask
    identify: Callable[[Credentials], CallerPolicy]
    refuse: Refuse
    clock: Clock
    at_once: int = AT_ONCE

    async def __call__(self, receive: Receive, context: CallContext, send: Send) -> None:
        # A stranger is told so at once, and not once for each item.
        self.identify(context.credentials)
        malformed: Malformed | None = None
        slots = asyncio.Semaphore(self.at_once)
        async with asyncio.TaskGroup() as begun:
            await slots.acquire()
            while (body := await receive()) is not None:
                try:
                    item = parse(pb.BatchGetUserInfoRequest, body)
                except Malformed as error:
                    malformed = error
                    break
                begun.create_task(self._one(item, context, send, slots.release))
                await slots.acquire()
        if malformed is not None:
            raise malformed

    async def _one(
        self,
        item: pb.BatchGetUserInfoRequest,
        context: CallContext,
        send: Send,
        done: Callable[[], None],
    ) -> None:
        try:
            told = await answer(
                partial(self._ask, item, context), refusing(context.method, self.refuse)
            )
            response = pb.BatchGetUserInfoResponse(inquiry_id=item.inquiry.inquiry_id)
            if isinstance(told, status_pb2.Status):
                response.status.CopyFrom(told)
            else:
                response.report.CopyFrom(told)
            await send(response.SerializeToString())
        finally:
            done()

    async def _ask(
        self, item: pb.BatchGetUserInfoRequest, context: CallContext
    ) -> report_pb2.Report:
        if not item.HasField("timeout"):
            return await self.ask(item.inquiry, context)
        try:
            span = seconds(item.timeout)
        except ValueError:
            wrong = Violation("timeout", "duration", "must be a span of time, 0 or more")
            raise InvalidFields((wrong,)) from None
        end = self.clock.now() + span
        if context.deadline is not None:
            end = min(end, context.deadline)
        return await self._until(end, item, replace(context, deadline=end))

    async def _until(
        self, end: float, item: pb.BatchGetUserInfoRequest, context: CallContext
    ) -> report_pb2.Report:
        """End the wait where gRPC would end a call of its own: it may have bought something."""
        try:
            async with asyncio.timeout_at(end) as limit:
                return await self.ask(item.inquiry, context)
        except TimeoutError:
            if limit.expired():
                raise OutcomeUnknown((), timed_out=True) from None
            raise
