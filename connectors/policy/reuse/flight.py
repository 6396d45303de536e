"""One question under way, and all who wait for its answer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Sequence
from copy import copy

from ...contract import Attempt, Query, Reply
from ...errors import BulkheadFull, ConnectorError, NotSent
from ...keeping import Lease, Unshared
from ...words import Effect

MOST_WAITERS = 1_000


class Led(Exception):
    """Whoever led this flight has gone, and nothing was sent: who still waits leads another."""


class Flight:
    """
    A task that belongs to nobody who waits for it.

    Each one waits to its own deadline; when the last has gone the task is
    cancelled, unless it is `pinned`: its answer is on the way, or paid for. It
    ends likewise with its leader, as long as nothing was sent: what the others
    wait for would be bought for somebody who was told that nothing was.
    """

    def __init__(self, lease: Lease, *, pinned: bool = False) -> None:
        self.lease = lease
        self.pinned = pinned
        self.left = False
        self.heir = -math.inf
        """Of those who stayed when it was left, the deadline of who has most time."""
        self.attempts: list[Attempt] = []
        self.decided_by = math.inf
        """The deadline by which it was last decided what there is time for."""
        self._deadlines: list[float] = []
        self._task: asyncio.Task[Reply]

    def start(
        self, asking: Coroutine[None, None, Reply], over: Callable[[], None] = lambda: None
    ) -> asyncio.Task[Reply]:
        """Begin; `over` is called at the end, however it comes."""
        self._task = asyncio.create_task(asking)

        def end(task: asyncio.Task[Reply]) -> None:
            over()
            # Retrieved, so that an answer which nobody waits for is no warning.
            _ = task.cancelled() or task.exception()

        self._task.add_done_callback(end)
        return self._task

    def landing(self) -> Flight:
        """Give the place to an attempt that outlives this flight, and its lease with it."""
        landing = Flight(self.lease, pinned=True)
        landing.attempts = self.attempts
        self.lease = Unshared()
        return landing

    @property
    def latest(self) -> float:
        """When the last of those now waiting will go, or did go."""
        return max(self._deadlines)

    def deadline(self) -> float:
        """Tell `latest` to whoever decides by it."""
        self.decided_by = self.latest
        return self.decided_by

    def attempted(self, attempt: Attempt) -> None:
        attempt.called_off = self.left
        self.attempts.append(attempt)

    async def join(self, query: Query, *, leads: bool = False) -> Reply:
        """
        Wait for the answer. Failures are copies, so that each waiter has its own.

        Raises `Led` where the one who leads has gone before anything was sent.
        """
        if len(self._deadlines) >= MOST_WAITERS:
            raise BulkheadFull(query.connector, "waiters")
        mine = query.deadline()
        self._deadlines.append(mine)
        try:
            async with asyncio.timeout_at(mine):
                await asyncio.wait({self._task})
            return self._result()
        except TimeoutError:
            if self._task.done() and not self._task.cancelled() and not self._task.exception():
                # It came in the same moment.
                return self._task.result()
            raise unanswered(self.attempts, query.connector) from None
        except Exception as error:  # noqa: BLE001 (it is raised again, as each waiter's own)
            raise _fresh(error) from None
        finally:
            self._leave(mine, leads=leads)

    async def over(self, query: Query) -> None:
        """Wait, but not past a query's deadline, until a flight that was left has ended."""
        try:
            async with asyncio.timeout_at(query.deadline()):
                await asyncio.wait({self._task})
        except TimeoutError:
            raise NotSent(query.connector, "deadline") from None

    def _result(self) -> Reply:
        if self.left and self._task.cancelled():
            raise Led
        return self._task.result()

    def _leave(self, mine: float, *, leads: bool) -> None:
        others = len(self._deadlines) > 1
        if others:
            self._deadlines.remove(mine)
        if self.pinned or self._task.done() or (others and not (leads and self._unsent)):
            return
        self.left = True
        self.heir = self.latest if others else -math.inf
        # The task ends in the loop's next turn, and may be about to send in this one.
        for attempt in self.attempts:
            attempt.called_off = not attempt.sent
        self._task.cancel()

    @property
    def _unsent(self) -> bool:
        """Whether nothing was sent yet that somebody pays for."""
        return not any(each.sent or each.effect is Effect.FREE for each in self.attempts)


def unanswered(attempts: Sequence[Attempt], connector: str) -> ConnectorError:
    """Describe a deadline: of all attempts by then the one speaks that may cost the most."""
    sent = [attempt for attempt in reversed(attempts) if attempt.sent]
    if not sent:
        return NotSent(connector, "deadline")
    gravest = max(sent, key=lambda each: (each.effect is not Effect.FREE, each.price))
    return gravest.unanswered(connector, "deadline")


def _fresh(error: Exception) -> Exception:
    """Copy a failure, where that can be done: one that is shared grows with each waiter."""
    try:
        return copy(error)
    except TypeError:
        return error
