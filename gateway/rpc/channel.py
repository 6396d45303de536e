"""The data channel's front door: parse, translate, ask the pipeline, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datachannel.v1 import data_channel_service_pb2 as pb

from connectors.kit import Clock

from ..errors import GatewayError, InvalidFields
from ..model import Inquiry
from ..pipeline import Pipeline
from ..violation import Violation
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
        now = self.clock.utc()
        if violations := unreadable(request, self.report.currency):
            await self._refuse(outline(request, context, now), violations)
        verified = await self.pipeline(inquiry(request, context, now))
        stamp = Stamp(self.new_id(), self.clock.utc())
        response = pb.GetUserInfoResponse(report=self.report(verified, stamp))
        return response.SerializeToString()

    async def _refuse(self, asked: Inquiry, violations: tuple[Violation, ...]) -> None:
        """
        Refuse what cannot be read, the way that the pipeline refuses.

        Admission comes first: who may not ask at all learns nothing about fields.
        """
        try:
            self.pipeline.admit(asked)
            raise InvalidFields(violations)
        except GatewayError as error:
            await self.pipeline.refuse(asked, error)
            raise
