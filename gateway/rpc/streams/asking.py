"""What streams are given to make one inquiry with."""

from __future__ import annotations

from typing import Protocol

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2

from ...model import Listen
from ...pipeline import unheard
from ..engine.contract import CallContext


class Ask(Protocol):
    """Makes one inquiry, the same whichever method it came by: ids are shared by all of them."""

    async def __call__(
        self, request: pb.GetUserInfoRequest, context: CallContext, listen: Listen = unheard, /
    ) -> report_pb2.Report: ...
