"""Asks bureaus after calls of which nobody knows, until they say; nothing is ever sent again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.contract import Standing
from connectors.errors import LedgerDown
from connectors.kit import Clock, Ending

from ..store.ledger.contract import CallRow, Resolved, Source
from .contract import Books

EVERY = 60.0
"""Seconds between two looks at what is unknown."""

LONGEST = timedelta(hours=6)
"""Between two questions after one call."""

Ask = Callable[[Standing, str], Awaitable[Ending | None]]
"""Asks after the call of a reference: None where nobody can say yet."""


@dataclass(frozen=True, slots=True)
class Inquirer:
    """How one connector's calls are asked after."""

    ask: Ask
    after: timedelta
    """How old a call must be before its bureau can tell."""


@dataclass(slots=True)
class Reconciler:
    """
    Looks at what is unknown, and asks where there is somebody to ask.

    One question at a time: nobody waits, and a bureau that failed has enough to
    do. Who can not say is asked again when the call is twice as old.
    """

    books: Books
    inquirers: Mapping[str, Inquirer]
    """By connector."""
    clock: Clock
    config_version: str
    _next: dict[str, datetime] = field(default_factory=dict)
    """When each call is asked after again, by its id."""

    async def reconcile(self) -> int:
        """Ask after all that are due, and give how many are known now. Raises `LedgerDown`."""
        resolved = 0
        unknown = await self.books.unknown()
        self._next = {
            call.call_id: self._next[call.call_id] for call in unknown if call.call_id in self._next
        }
        for call in unknown:
            inquirer = self.inquirers.get(call.connector)
            if inquirer is not None and self._due(call, inquirer):
                resolved += await self._asked(call, inquirer)
        return resolved

    async def run(self) -> None:
        while True:
            await self.clock.sleep(EVERY)
            with suppress(LedgerDown):
                await self.reconcile()

    def _due(self, call: CallRow, inquirer: Inquirer) -> bool:
        if call.ended_at is None:
            # It may be on its way; of a process that died, recovery says that it is lost.
            return False
        return self.clock.utc() >= self._next.get(call.call_id, call.ended_at + inquirer.after)

    async def _asked(self, call: CallRow, inquirer: Inquirer) -> bool:
        ending = await inquirer.ask(self._standing(call), call.our_reference)
        if ending is None:
            now = self.clock.utc()
            age = now - (call.ended_at or call.intended_at)
            self._next[call.call_id] = now + min(max(age, inquirer.after), LONGEST)
            return False
        try:
            await self.books.resolve(call, ending, Source.STATUS_QUERY)
        except Resolved:
            # Somebody said so meanwhile, and knew more than we do.
            return False
        return True

    def _standing(self, call: CallRow) -> Standing:
        """Ask on the standing of the call itself: its consent was for that, and is not needed."""
        return Standing(
            tenant=call.tenant,
            caller=call.caller,
            inquiry_id=call.inquiry_id,
            purpose=call.purpose,
            consent=None,
            subject_token=call.subject_token,
            config_version=self.config_version,
        )
