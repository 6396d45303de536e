"""How one ask ended, as its caller saw it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, unique
from typing import Final

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2
from google.type.money_pb2 import Money

from gateway.errors import GatewayError
from gateway.model import Credentials
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext

METHOD: Final = "/datachannel.v1.DataChannelService/GetUserInfo"
CANCELLED: Final = "cancelled"
DROPPED: Final = "dropped"
"""The process died."""


@unique
class Errand(StrEnum):
    """What a caller comes for."""

    ASK = "ask"
    OTHER = "other"
    """The same id, with another body."""
    BACK = "back"
    """Whatever has become of it by now."""


@dataclass(frozen=True, slots=True)
class Said:
    """The end of one errand."""

    errand: Errand
    begun: float
    at: float
    end: str
    """OK, a reason, `cancelled` or `dropped`; of who comes back, the inquiry's state."""
    report: report_pb2.Report | None = None

    @property
    def cost(self) -> Decimal:
        return Decimal(0) if self.report is None else amount(self.report.cost)


def amount(money: Money) -> Decimal:
    return Decimal(money.units) + Decimal(money.nanos) / 10**9


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever speaks for a tenant, and how long it waits."""

    tenant: str
    patience: float | None
    """Seconds until its deadline; None leaves that to the product."""

    async def __call__(self, channel: DataChannel, errand: Errand, body: bytes) -> Said:
        """Send a message as the engine does, and say how it ended."""
        now = asyncio.get_running_loop().time
        begun = now()
        deadline = None if self.patience is None else begun + self.patience
        san = (f"{self.tenant.replace('_', '-')}.lan",)
        context = CallContext(METHOD, deadline, Credentials(san=san), "simulated")
        try:
            if errand is Errand.BACK:
                end, report = back(await channel.get_inquiry(body, context))
            else:
                answer = await channel.get_user_info(body, context)
                end, report = "OK", pb.GetUserInfoResponse.FromString(answer).report
        except GatewayError as error:
            return Said(errand, begun, now(), error.reason)
        except asyncio.CancelledError:
            return Said(errand, begun, now(), CANCELLED)
        except Exception as error:  # noqa: BLE001 - a law says that there is none
            return Said(errand, begun, now(), f"INTERNAL {error!r}")
        return Said(errand, begun, now(), end, report)


def back(answer: bytes) -> tuple[str, report_pb2.Report | None]:
    """Read what whoever comes back is told."""
    told = pb.GetInquiryResponse.FromString(answer)
    state = pb.InquiryState.Name(told.state).removeprefix("INQUIRY_STATE_")
    return state, told.report if told.HasField("report") else None
