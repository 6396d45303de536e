"""The data channel's front door: parse, translate, ask the pipeline, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from datachannel.v1 import data_channel_service_pb2 as pb

from connectors.kit import Clock

from ..errors import InvalidFields
from ..model import Admitted, Valid, Verified
from ..pipeline import Pipeline
from ..subject.violation import Violation
from .engine.contract import CallContext
from .translate import parse
from .translate_inquiry import inquiry, outline, unreadable
from .translate_report import ReportTranslation, Stamp


@dataclass(frozen=True, slots=True)
class DataChannel:
    """DataChannelService."""

    pipeline: Pipeline
    report: ReportTranslation
    clock: Clock
    new_id: Callable[[], str]
    """Makes up a report's id."""

    async def get_user_info(self, body: bytes, context: CallContext) -> bytes:
        request = parse(pb.GetUserInfoRequest, body)
        verified = await self._ask(request, context)
        stamp = Stamp(self.new_id(), self.clock.utc())
        response = pb.GetUserInfoResponse(report=self.report(verified, stamp))
        return response.SerializeToString()

    async def _ask(self, request: pb.GetUserInfoRequest, context: CallContext) -> Verified:
        """
        Send an inquiry on its way, or as far as validation where it cannot be read.

        Admission comes first either way: who may not ask at all learns nothing
        about fields, and the refusal is written down like any other.
        """
        now = self.clock.utc()
        if violations := unreadable(request, self.report.currency):
            closed = replace(self.pipeline, validate=_rejecting(violations))
            return await closed(outline(request, context, now))
        return await self.pipeline(inquiry(request, context, now))


def _rejecting(violations: tuple[Violation, ...]) -> Callable[[Admitted], Valid]:
    def validate(_: Admitted) -> Valid:
        raise InvalidFields(violations)

    return validate
