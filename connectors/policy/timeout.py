"""Stops waiting for one attempt."""

from __future__ import annotations

from ..contract import Call, Layer, Query, Reply
from ..errors import NoBudget
from ..kit import Kit, Strict
from ..units import Seconds
from ..waiting.within import STANDSTILL, within

EARLY = 0.005
"""Seconds by which a timer of the loop may ring too soon."""


class Timeout(Strict):
    """
    How long one attempt is waited for.

    The deadline itself is not held here but by each one who waits (`Reuse`),
    because theirs differ and a flight's may still move.
    """

    attempt: Seconds = 3.0
    min_attempt: Seconds = 0.05
    """An attempt that has less than this before the deadline is not begun."""
    settle: Seconds = 30.0
    """How long an answer that may be paid for is listened for."""

    def build(self, kit: Kit) -> Layer:
        def layer(call: Call) -> Call:
            async def ask(query: Query) -> Reply:
                if query.deadline() - kit.clock.now() < self.min_attempt:
                    raise NoBudget(query.connector)
                query.attempt.begun = True
                try:
                    async with within(self.attempt):
                        return await call(query)
                except TimeoutError as error:
                    raise query.attempt.unanswered(query.connector, "attempt timeout") from error

            return ask

        return layer


def overdue(query: Query, now: float) -> bool:
    """
    Tell of a wait that was cancelled whether its time was over, and not in a queue of ours.

    Nor is it where this process stood still: of that the bureau can do nothing.
    """
    late = now - query.deadline()
    return query.attempt.begun and -EARLY <= late <= STANDSTILL
