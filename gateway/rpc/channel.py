"""The data channel's front door: parse, translate, hand in, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from connectors.kit import Clock

from ..errors import InvalidFields
from ..inquiries.coming_back import State
from ..inquiries.desk import Desk
from ..inquiries.given import Asked, Given
from ..inquiries.kept.fingerprint import Fingerprint
from ..model import Admitted, Credentials, Listen, Valid
from ..pipeline import Pipeline, unheard
from ..policy import CallerPolicy
from ..subject.violation import Violation
from .engine.contract import CallContext
from .translate import parse
from .translate_inquiry import inquiry, outline, unreadable
from .translate_report import ReportTranslation, Stamp

STATES = {
    State.RUNNING: pb.INQUIRY_STATE_RUNNING,
    State.PENDING: pb.INQUIRY_STATE_PENDING,
    State.FINAL: pb.INQUIRY_STATE_FINAL,
    State.UNKNOWN: pb.INQUIRY_STATE_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class DataChannel:
    """DataChannelService."""

    pipeline: Pipeline
    desk: Desk
    identify: Callable[[Credentials], CallerPolicy]
    report: ReportTranslation
    fingerprint: Fingerprint
    clock: Clock

    async def get_user_info(self, body: bytes, context: CallContext) -> bytes:
        report = await self.ask(parse(pb.GetUserInfoRequest, body), context)
        return pb.GetUserInfoResponse(report=report).SerializeToString()

    async def ask(
        self, request: pb.GetUserInfoRequest, context: CallContext, listen: Listen = unheard
    ) -> report_pb2.Report:
        """
        Make one inquiry, whichever method it came by, and give its report.

        One that can not be read goes as far as validation. Admission comes first
        either way: who may not ask at all learns nothing about fields, and the
        refusal is written down like any other.
        """
        now = self.clock.utc()
        if violations := unreadable(request, self.report.currency):
            closed = replace(self.pipeline, validate=_rejecting(violations))
            await closed(outline(request, context, now))
        asked = Asked(
            inquiry(request, context, now), request.SerializeToString(), self.fingerprint(request)
        )
        return self._reported(await self.desk.inquiries(asked, listen))

    async def get_inquiry(self, body: bytes, context: CallContext) -> bytes:
        """Walk an earlier inquiry through the house again, asking nobody."""
        wanted = parse(pb.GetInquiryRequest, body).inquiry_id
        caller = self.identify(context.credentials)
        found = await self.desk.coming_back.find(caller.tenant, wanted)
        request = parse(pb.GetUserInfoRequest, found.question.request)
        again = inquiry(request, context, found.question.received_at)
        seen = await self.desk.coming_back(found, again)
        response = pb.GetInquiryResponse(state=STATES[seen.state], unknown_call_ids=seen.unknown)
        if seen.given is not None:
            response.report.CopyFrom(self._reported(seen.given))
        return response.SerializeToString()

    def _reported(self, given: Given) -> report_pb2.Report:
        stamp = Stamp(given.report_id, given.created_at, given.replayed)
        return self.report(given.verified, stamp)


def _rejecting(violations: tuple[Violation, ...]) -> Callable[[Admitted], Valid]:
    def validate(_: Admitted) -> Valid:
        raise InvalidFields(violations)

    return validate
