"""Those who wait for one answer, each to a deadline of its own."""

from __future__ import annotations

import asyncio
import math
from copy import copy
from typing import Any

from ..contract import Query, Reply
from ..errors import ConnectorError, LedgerDown
from ..kit import Clock


class Waiters:
    """Hears the answer for all of them, and knows who went without it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        # Retrieved, so that a failure which nobody waits for is no warning.
        self._answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        self.decided_by = math.inf
        """The deadline by which it was last decided what there is time for."""
        self._latest = clock.now()
        self.left = False
        """Whether anybody went without the answer."""

    def deadline(self) -> float:
        """Tell whoever decides by it when the last of all who ever waited will go, or did go."""
        self.decided_by = self._latest
        return self.decided_by

    async def join(self, query: Query) -> Reply | None:
        """
        Wait; None where the deadline comes first.

        Failures are copies, so that each waiter has its own.
        """
        mine = query.deadline()
        self._latest = max(self._latest, mine)
        patience = asyncio.create_task(self._clock.sleep(max(0.0, mine - self._clock.now())))
        try:
            waited: set[asyncio.Future[Any]] = {self._answer, patience}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
            self.left = self.left or not self._answer.done()
        return self._heard()

    async def last(self) -> Reply | None:
        """Wait for an answer that is as good as there; None where none comes."""
        await asyncio.wait({self._answer})
        return self._heard()

    def _heard(self) -> Reply | None:
        if not self._answer.done() or self._answer.cancelled():
            return None
        if isinstance(error := self._answer.exception(), ConnectorError | LedgerDown):
            raise copy(error) from None
        return self._answer.result()

    def tell(self, answer: Reply | BaseException) -> None:
        """Release all; the first answer is the one that counts."""
        if self._answer.done():
            return
        if isinstance(answer, Reply):
            self._answer.set_result(answer)
        else:
            self._answer.set_exception(answer)

    def dismiss(self) -> None:
        """Send all away, as if their deadlines had come."""
        self._answer.cancel()
