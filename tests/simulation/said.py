"""How one ask ended, as its caller saw it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import report_pb2
from google.type.money_pb2 import Money

from gateway.errors import GatewayError
from gateway.model import Credentials
from gateway.rpc.channel import DataChannel
from gateway.rpc.engine.contract import CallContext

METHOD: Final = "/datachannel.v1.DataChannelService/GetUserInfo"
DROPPED: Final = "dropped"
"""The process died."""


@dataclass(frozen=True, slots=True)
class Said:
    """The end of one ask."""

    begun: float
    at: float
    end: str
    """OK, a reason, `cancelled` or `dropped`."""
    report: report_pb2.Report | None = None
    error: GatewayError | None = None

    @property
    def cost(self) -> Decimal:
        return Decimal(0) if self.report is None else amount(self.report.cost)


def amount(money: Money) -> Decimal:
    return Decimal(money.units) + Decimal(money.nanos) / 10**9


async def ask(channel: DataChannel, tenant: str, body: bytes, patience: float | None) -> Said:
    """Send a request as the engine does, and say how it ended."""
    now = asyncio.get_running_loop().time
    begun = now()
    deadline = None if patience is None else begun + patience
    san = (f"{tenant.replace('_', '-')}.lan",)
    context = CallContext(METHOD, deadline, Credentials(san=san), "simulated")
    try:
        answer = await channel.get_user_info(body, context)
    except GatewayError as error:
        return Said(begun, now(), error.reason, error=error)
    except asyncio.CancelledError:
        return Said(begun, now(), "cancelled")
    except Exception as error:  # noqa: BLE001 - a law says that there is none
        return Said(begun, now(), f"INTERNAL {error!r}")
    return Said(begun, now(), "OK", pb.GetUserInfoResponse.FromString(answer).report)
