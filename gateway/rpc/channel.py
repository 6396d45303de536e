"""The data channel's front door: parse, translate, ask the pipeline, translate back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from connectors.errors import LedgerDown
from connectors.job import Jobs
from connectors.kit import Clock

from ..errors import InvalidFields, LedgerUnavailable, UnknownInquiry
from ..jobs.continuations import Continuations
from ..model import Admitted, Credentials, Listen, Valid, Verified
from ..pipeline import Pipeline, unheard, untried
from ..policy import CallerPolicy
from ..stages.recollect import Recollect, is_open
from ..subject.violation import Violation
from .engine.contract import CallContext
from .translate import parse
from .translate_inquiry import inquiry, outline, unreadable
from .translate_report import ReportTranslation, Stamp


@dataclass(frozen=True, slots=True)
class Later:
    """What is needed to answer a caller who comes back."""

    identify: Callable[[Credentials], CallerPolicy]
    continuations: Continuations
    jobs: Jobs


@dataclass(frozen=True, slots=True)
class DataChannel:
    """DataChannelService."""

    pipeline: Pipeline
    report: ReportTranslation
    clock: Clock
    new_id: Callable[[], str]
    """Makes up a report's id."""
    later: Later

    async def get_user_info(self, body: bytes, context: CallContext) -> bytes:
        report = await self.ask(parse(pb.GetUserInfoRequest, body), context)
        return pb.GetUserInfoResponse(report=report).SerializeToString()

    async def ask(
        self, request: pb.GetUserInfoRequest, context: CallContext, listen: Listen = unheard
    ) -> report_pb2.Report:
        """Make one inquiry, whichever method it came by, and give its report."""
        received_at = self.clock.utc()
        verified = await self._ask(request, context, received_at, listen)
        if _is_pending(verified):
            await self._keep(request.SerializeToString(), received_at, verified)
        return self.report(verified, self._stamp())

    async def get_inquiry(self, body: bytes, context: CallContext) -> bytes:
        """Walk an earlier inquiry through the house again, asking nobody."""
        wanted = parse(pb.GetInquiryRequest, body).inquiry_id
        caller = self.later.identify(context.credentials)
        try:
            kept = await self.later.continuations.find(caller.tenant, wanted)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        if kept is None:
            raise UnknownInquiry
        request = parse(pb.GetUserInfoRequest, kept.request)
        answers = {name: each.answer(name) for name, each in kept.answers.items()}
        again = replace(self.pipeline, fan_out=Recollect(answers, self.later.jobs), trial=untried)
        verified = await again(inquiry(request, context, kept.received_at))
        state = pb.INQUIRY_STATE_PENDING if _is_pending(verified) else pb.INQUIRY_STATE_FINAL
        report = self.report(verified, self._stamp())
        return pb.GetInquiryResponse(state=state, report=report).SerializeToString()

    async def _keep(self, body: bytes, received_at: datetime, verified: Verified) -> None:
        """
        Keep what the caller may come back for.

        Where that fails the report is given all the same: it is paid for, and the
        answer that is to come will be in the cache.
        """
        answers = verified.report.answers
        standing = answers.granted.standing
        with suppress(LedgerDown):
            await self.later.continuations.keep(
                standing.tenant, standing.inquiry_id, body, received_at, answers
            )

    def _stamp(self) -> Stamp:
        return Stamp(self.new_id(), self.clock.utc())

    async def _ask(
        self, request: pb.GetUserInfoRequest, context: CallContext, now: datetime, listen: Listen
    ) -> Verified:
        """
        Send an inquiry on its way, or as far as validation where it cannot be read.

        Admission comes first either way: who may not ask at all learns nothing
        about fields, and the refusal is written down like any other.
        """
        if violations := unreadable(request, self.report.currency):
            closed = replace(self.pipeline, validate=_rejecting(violations))
            return await closed(outline(request, context, now))
        return await self.pipeline(inquiry(request, context, now), listen)


def _is_pending(verified: Verified) -> bool:
    return any(map(is_open, verified.report.answers.by_connector.values()))


def _rejecting(violations: tuple[Violation, ...]) -> Callable[[Admitted], Valid]:
    def validate(_: Admitted) -> Valid:
        raise InvalidFields(violations)

    return validate
