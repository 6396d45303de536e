"""StreamUserInfo: one inquiry, of whose connectors the caller hears one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from ...model import Answer, Granted, Missed, Report, Tell
from ..engine.contract import CallContext, Send
from ..translate import parse
from ..translate_report import ReportTranslation, fields
from .asking import Ask

_Told = asyncio.Queue[tuple[Granted, Answer] | None]


@dataclass(frozen=True, slots=True)
class UserInfoStream:
    """
    Asks as GetUserInfo does, and meanwhile tells what it hears.

    A caller who reads slowly delays nothing but itself: what waits for it is at
    most one answer of each connector. Where the inquiry fails, that comes after
    all that was told; where the caller goes, its wait ends as that of any other.
    """

    ask: Ask
    part: Callable[[Granted, Answer], Report]
    """Cuts an answer down to what its caller may see."""
    report: ReportTranslation

    async def __call__(self, body: bytes, context: CallContext, send: Send) -> None:
        request = parse(pb.GetUserInfoRequest, body)
        told = _Told()
        end: report_pb2.Report | Exception
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell(told, send))
            try:
                end = await self.ask(request, context, _listening(told))
            except Exception as error:  # noqa: BLE001 - it is raised below, as it is
                end = error
            told.put_nowait(None)
        if isinstance(end, Exception):
            raise end
        await send(pb.StreamUserInfoResponse(report=end).SerializeToString())

    async def _tell(self, told: _Told, send: Send) -> None:
        while (heard := await told.get()) is not None:
            await send(self._written(*heard))

    def _written(self, granted: Granted, answer: Answer) -> bytes:
        part = self.part(granted, answer)
        written = pb.ConnectorAnswer(
            result=self.report.result(answer),
            user_info=part.user_info if answer.reply is not None else None,
            fields=fields(part.fields),
        )
        return pb.StreamUserInfoResponse(answer=written).SerializeToString()


def _listening(told: _Told) -> Callable[[Granted], Tell]:
    def listen(granted: Granted) -> Tell:
        def tell(answer: Answer) -> None:
            told.put_nowait((granted, answer))

        for name, outcome in granted.refused.items():
            tell(Answer(name, None, Missed(name, outcome), 0.0))
        return tell

    return listen
