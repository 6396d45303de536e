"""One question under way, and all who wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from copy import copy

from ...contract import Attempt, Query, Reply
from ...errors import ConnectorError, LedgerDown, NotSent
from ...words import Effect


class Flight:
    """
    A task that belongs to nobody who waits for it.

    Each one waits to its own deadline; when the last has gone the task is
    cancelled, unless it is `pinned`: its answer is on the way, or paid for.
    """

    def __init__(self, *, pinned: bool = False) -> None:
        self.pinned = pinned
        self.left = False
        self.attempts: list[Attempt] = []
        self._deadlines: list[float] = []
        self._task: asyncio.Task[Reply]

    def start(self, asking: Coroutine[None, None, Reply]) -> None:
        self._task = asyncio.create_task(asking)
        # Retrieved, so that an answer which nobody waits for is no warning.
        self._task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def deadline(self) -> float:
        """When the last of those now waiting will go, or did go."""
        return max(self._deadlines)

    async def join(self, query: Query) -> Reply:
        """Wait for the answer. Failures are copies, so that each waiter has its own."""
        mine = query.deadline()
        self._deadlines.append(mine)
        try:
            async with asyncio.timeout_at(mine):
                return await asyncio.shield(self._task)
        except TimeoutError:
            raise unanswered(self.attempts, query.connector) from None
        except (ConnectorError, LedgerDown) as error:
            raise copy(error) from None
        finally:
            self._leave(mine)

    async def over(self) -> None:
        await asyncio.wait({self._task})

    def _leave(self, mine: float) -> None:
        if len(self._deadlines) > 1:
            self._deadlines.remove(mine)
        elif not self.pinned and not self._task.done():
            self.left = True
            self._task.cancel()


def unanswered(attempts: Sequence[Attempt], connector: str) -> ConnectorError:
    """Describe a deadline: of all attempts by then the one speaks that may cost the most."""
    sent = [attempt for attempt in reversed(attempts) if attempt.sent]
    if not sent:
        return NotSent(connector, "deadline")
    gravest = max(sent, key=lambda each: (each.effect is not Effect.FREE, each.price))
    return gravest.unanswered(connector, "deadline")
