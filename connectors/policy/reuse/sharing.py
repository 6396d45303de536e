"""What one has asked for and pays, given to others."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

from ...contract import Reply
from ...errors import ConnectorError
from ...words import Billed, ServedFrom


def as_shared(reply: Reply) -> Reply:
    """Give somebody an answer that another has asked for, and pays."""
    if reply.served_from is not ServedFrom.LIVE:
        return reply
    return replace(
        reply, served_from=ServedFrom.SHARED, billed=Billed.NO, cost=Decimal(0), attempts=0
    )


async def shared(answer: Awaitable[Reply]) -> Reply:
    """Wait for what another has asked for, and pays for, however it ends."""
    try:
        return as_shared(await answer)
    except ConnectorError as error:
        error.cost = Decimal(0)
        raise
