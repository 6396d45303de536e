"""Asks a bureau whether a question arrived of which nobody knows; never the question itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..contract import Call, Query, Reply, Standing
from ..errors import ConnectorError
from ..kit import Ending, Kit
from ..words import Billed, Outcome

PATIENCE = 10.0
"""Seconds that an answer is waited for: nobody else waits."""


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """One connector's, with all the layers of an attempt around it: it is free."""

    connector: str
    call: Call
    price: Decimal
    after: float
    """Seconds after the call's end from which the bureau can tell."""
    kit: Kit

    async def __call__(self, standing: Standing, our_reference: str) -> Ending | None:
        """
        Say how the call of that reference ended; None where nobody can say yet.

        What arrived stays LOST, as its answer is: what becomes known is the bill.
        Raises `LedgerDown`.
        """
        now = self.kit.clock.now()
        query = Query(
            connector=self.connector,
            standing=standing,
            deadline=lambda: now + PATIENCE,
            reference=our_reference,
        )
        try:
            told = await self.call(query)
        except ConnectorError:
            return None
        return self._ending(told)

    def _ending(self, told: Reply) -> Ending | None:
        if told.outcome is Outcome.NO_HIT:
            return Ending(Outcome.UNREACHABLE, Billed.NO, Decimal(0), "", 0.0)
        if told.outcome is not Outcome.HIT:
            return None
        billed = told.word or Billed.YES
        cost = self.price if billed is Billed.YES else Decimal(0)
        return Ending(Outcome.LOST, billed, cost, told.bureau_reference, 0.0)
