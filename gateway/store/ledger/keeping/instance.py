"""One start of one process: announced before its first row, and closed behind its last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.errors import LedgerDown

from ...writing.commits import Commits
from ..book.guards import Saying
from ..chain.growing import Chain
from ..chain.heads import Head, Heads, HeadState, Mark
from ..entries import moment
from .owed import Owed
from .recovery import Recovery

TRIES, PAUSE = 10, 0.2
"""How often it is tried to begin, and the seconds between; each may take the ledger's patience."""


# Where the end of a call or of an inquiry could not be written down, the next to start takes over
# as from the dead: else that inquiry would be in progress until its claim is forgotten.
_LEAVE = """
    UPDATE instances SET state = 'CLOSED' WHERE instance = ?1 AND NOT EXISTS (
        SELECT 1 FROM intents AS i WHERE i.instance = ?1
        AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.call_id = i.call_id))
    AND NOT EXISTS (SELECT 1 FROM claims WHERE instance = ?1 AND state = 'RUNNING')
"""


@dataclass(slots=True)
class Instance:
    """Ours. A mark says how far its chain goes, signed, outside of the tables."""

    chain: Chain
    commits: Commits
    heads: Heads
    recovery: Recovery
    owed: Owed
    marked: Head | None = field(default=None)
    """The last of ours."""
    announce: Callable[[Head], None] = field(default=lambda _: None)
    """Told of each mark: whoever tells it elsewhere makes it harder to cut the ledger unseen."""

    async def begin(self) -> None:
        """Announce it, and take over from those that are dead."""
        await self._mark(HeadState.STARTED)
        for left in reversed(range(TRIES)):
            try:
                row = (self.chain.instance, "RUNNING", "", None)
                await self.commits.put(("instances", row), guard=self._alive())
                await self.recovery.take()
                await self.recovery.run()
            except LedgerDown:
                # Nobody waits yet: a disk that is slow while all starts may be.
                if not left:
                    raise
                await self.recovery.clock.sleep(PAUSE)
            else:
                return

    async def beat(self) -> None:
        """Look for those that do not live, and say that we do."""
        if self.recovery.leases.beats:
            # In this order: whether others are dead is judged by whoever lived until now.
            await asyncio.gather(self.recovery.take(), self.commits.put(guard=self._alive()))
            await self.recovery.run()

    async def mark(self) -> None:
        """Sign how far the chain goes, unless that is said already."""
        if self.marked is None or self.marked.tip != self.chain.tip:
            await self._mark(HeadState.RUNNING)

    async def end(self) -> None:
        """Write what is queued, and sign that nothing is behind it."""
        begun = self.marked is not None
        closed = True
        if begun:
            try:
                await self._leave()
            except LedgerDown:
                closed = await self._leave_again()
        await self.commits.aclose()
        if begun:
            # Where the last commit is not proved, there may be rows behind it.
            with suppress(LedgerDown):
                await self._mark(HeadState.CLOSED if closed else HeadState.RUNNING)

    async def _leave(self) -> None:
        """Write what is owed first: a process that owes nothing has left nothing open."""
        is_owing = True
        while is_owing:
            await self.owed.pay()
            await self.commits.put(guard=Saying(_LEAVE, (self.chain.instance,)))
            is_owing = bool(self.owed)

    async def _leave_again(self) -> bool:
        """Try once more where something is owed: the commit that failed may have been its own."""
        if not self.owed:
            return False
        try:
            await self._leave()
        except LedgerDown:
            return False
        return True

    async def _mark(self, state: HeadState) -> None:
        now = moment(self.recovery.clock.utc())
        self.marked = await self.heads.mark(Mark(self.chain.instance, self.chain.tip, state, now))
        self.announce(self.marked)

    def _alive(self) -> Saying:
        """Also that we are not dead after all, once whoever took us for dead has recovered us."""
        seen = (
            f"UPDATE instances SET state = 'RUNNING', seen_at = {self.recovery.leases.now} "  # noqa: S608 - ours
            "WHERE instance = ?1 AND state IN ('RUNNING', 'DEAD')"
        )
        return Saying(seen, (self.chain.instance,))
