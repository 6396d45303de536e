"""The end of a command that opened a bureau's transport."""

from __future__ import annotations

from typing import Final

from connectors.bureau import BureauSpec
from connectors.contract import Transport
from connectors.kit import Clock
from connectors.transport import Sql

_LAST_WORDS: Final = 0.1
"""Seconds in which a thread of a driver says that it ends."""


async def closed(transport: Transport, bureau: BureauSpec, clock: Clock) -> None:
    await transport.aclose()
    if isinstance(bureau.transport, Sql):
        # After a connection that failed, aiosqlite's thread still speaks to the loop: where that
        # is gone, its traceback would be the last thing that the terminal shows.
        await clock.sleep(_LAST_WORDS)
