"""Plays a bureau from a script, for the tests inside a connector's file."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract import Wire, WireReply
from ..errors import ConnectorError, NotSent


class Replay:
    """
    Answers with `replies`, one a send, and keeps what it was sent.

    An error among them is raised instead; only `NotSent` leaves the attempt unsent.
    """

    def __init__(self, replies: Iterable[WireReply | ConnectorError]) -> None:
        self._replies = iter(replies)
        self.sent: list[Wire] = []

    async def send(self, wire: Wire) -> WireReply:
        self.sent.append(wire)
        try:
            reply = next(self._replies)
        except StopIteration:
            raise AssertionError(f"request {len(self.sent)} has no reply in the script") from None
        if isinstance(reply, NotSent):
            raise reply
        wire.attempt.leave("replay")
        if isinstance(reply, ConnectorError):
            raise reply
        return reply

    async def aclose(self) -> None:
        """Nothing is held open."""
