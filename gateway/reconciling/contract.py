"""What reconciliation reads of the ledger, and writes into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.kit import Clock, Ending

from ..store.ledger.contract import CallRow, Source
from ..store.ledger.reading.calls import unknown
from ..store.ledger.stored import StoredLedger


class Books(Protocol):
    """The ledger, as far as it is about calls of which nobody knows. Raises `LedgerDown`."""

    async def unknown(self) -> Sequence[CallRow]:
        """Give all calls that may have been charged for, the oldest first."""
        ...

    async def resolve(self, call: CallRow, ending: Ending, source: Source) -> None:
        """
        Write down what a call cost, and who says so: its last row counts.

        Raises `Resolved` where it is known by now.
        """
        ...


@dataclass(frozen=True, slots=True)
class LedgerBooks:
    """A ledger as `Books`."""

    ledger: StoredLedger
    clock: Clock

    async def unknown(self) -> Sequence[CallRow]:
        return await unknown(self.ledger.reading, self.clock.utc())

    async def resolve(self, call: CallRow, ending: Ending, source: Source) -> None:
        await self.ledger.resolve(call, ending, source)
