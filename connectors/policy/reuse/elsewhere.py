"""Other processes that ask the same, as far as anybody can tell."""

from __future__ import annotations

from dataclasses import dataclass

from ...contract import Query, Reply
from .flight import Flight
from .memory import Memory, Names

LEAST, MOST = 0.01, 0.25
"""Seconds between two looks at what another process keeps: at first, and in the end."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What keeps two processes from buying the same; a hint, which may fail."""

    memory: Memory
    settle: float
    """Seconds for which an answer is listened for after its waiters have gone."""

    async def known(self, names: Names, query: Query, flight: Flight) -> Reply | None:
        """
        Look again before a flight, and wait while another process asks.

        None: it is ours to ask. Who waits for the flight goes at its own deadline.
        """
        kit = self.memory.kit
        pause = LEAST
        while True:
            left = max(0.0, flight.latest - kit.clock.now())
            is_ours = await flight.lease.take(left + self.settle)
            # After the lease: what another process kept before it let go is found.
            known = await self.memory.known(names, query)
            if known is not None or is_ours:
                return known
            await kit.clock.sleep(kit.random.uniform(pause / 2, pause))
            pause = min(2 * pause, MOST)
