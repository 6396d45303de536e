"""Ends that could not be written down when they came, and are once the ledger is back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...writing.batch import LARGEST_BATCH
from ...writing.commits import Commits
from ...writing.entry import BadRow, Row
from ..book.guards import Answered, Closing, StillUnknown, Unanswered, Unsent
from ..contract import ClaimState, Resolved

Guard = StillUnknown | Unanswered | Unsent | Closing
"""What keeps an end from being written twice."""

End = tuple[tuple[Row, ...], Guard]

MOST = 10_000
"""Ends that are remembered; of those beyond, the next start says that they are unknown."""

_OVER = (Answered, Resolved, BadRow)
"""
The end was written after all, though that was not proved; or somebody else has found
it out; or it can not be written at all, and the next start says that it is unknown.
"""


@dataclass(slots=True)
class Owed:
    """
    Remembers what this process knows of its calls and claims, and the ledger does not.

    Whoever waited has been told that the end is unknown. It becomes known all the
    same, with the answer that was paid for: a ledger that was away for a moment
    leaves nothing behind that somebody has to ask the bureau about.
    """

    commits: Commits
    _ends: dict[object, End] = field(default_factory=dict, repr=False)
    """By call id, or claim."""
    _paying: asyncio.Task[None] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self._ends)

    def owe(self, rows: tuple[Row, ...], guard: Guard) -> None:
        """Remember an end; of what was never sent, of which an outage makes many, half as many."""
        if len(self._ends) < (MOST // 2 if _is_unsent(guard) else MOST):
            self._ends[_of(guard)] = (rows, guard)

    def forget(self, call_id: str) -> None:
        """Owe no end any more of which another is said: a job has that of each message."""
        self._ends.pop(call_id, None)

    async def pay(self) -> None:
        """Write what is owed. Raises `LedgerDown` where that can not be done now."""
        if not self._ends:
            return
        # One at a time: whoever leaves waits for what is being written already.
        if self._paying is None or self._paying.done():
            self._paying = asyncio.create_task(self._pay())
        await asyncio.shield(self._paying)

    async def _pay(self) -> None:
        owed = list(self._ends.values())
        for begin in range(0, len(owed), LARGEST_BATCH):
            await self._some(owed[begin : begin + LARGEST_BATCH])

    async def _some(self, owed: Sequence[End]) -> None:
        ended = await asyncio.gather(*map(self._write, owed), return_exceptions=True)
        for end, error in zip(owed, ended, strict=True):
            _, guard = end
            over = error is None or isinstance(error, _OVER)
            if over and self._ends.get(_of(guard)) is end:
                del self._ends[_of(guard)]
        for error in ended:
            if error is not None and not isinstance(error, _OVER):
                raise error

    async def _write(self, end: End) -> None:
        rows, guard = end
        if self._ends.get(_of(guard)) is end:
            await self.commits.put(*rows, guard=guard)


def _is_unsent(guard: Guard) -> bool:
    if isinstance(guard, Closing):
        return guard.state is ClaimState.RELEASED
    return isinstance(guard, Unsent)


def _of(guard: Guard) -> object:
    return guard.taking if isinstance(guard, Closing) else guard.call_id
