"""Keeps each caller to what it may spend in a day (UTC)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Self

from connectors.contract import Query
from connectors.errors import SpendCapped
from connectors.kit import Clock, History
from connectors.words import Effect

from ..policy import CallerPolicy
from .account import Account

Who = tuple[str, str]
"""Tenant and caller."""


@dataclass(slots=True)
class CallerSpending:
    """
    Takes each price before the call's intent is written: what is under way is spent.

    A cancel gives nothing back, only an end does that is not billed. Taking is one
    step, so that calls at the same time do not pass the cap together. What was spent
    before this process began, the ledger tells once a day, before the first inquiry
    of a caller is granted; of what other processes spend later it knows nothing.
    """

    caps: Mapping[Who, Decimal]
    clock: Clock
    history: History
    _accounts: dict[Who, Account] = field(default_factory=dict)
    _met: set[Who] = field(default_factory=set)
    """Those of whom the ledger has told, be it on another day."""
    _taken: dict[str, tuple[Account, Decimal]] = field(default_factory=dict)
    """By call."""
    _seeding: dict[Who, asyncio.Task[None]] = field(default_factory=dict)

    @classmethod
    def of(cls, callers: Iterable[CallerPolicy], clock: Clock, history: History) -> Self:
        caps = {
            (caller.tenant, caller.name): caller.limits.spend_per_day.amount
            for caller in callers
            if caller.limits.spend_per_day is not None
        }
        return cls(caps, clock, history)

    async def left(self, caller: CallerPolicy) -> Decimal | None:
        """Say what a caller may still spend today; None for no cap. Raises `LedgerDown`."""
        who = (caller.tenant, caller.name)
        if who not in self.caps:
            return None
        while not (account := self._account(who)).is_seeded:
            await self._seeded(who, account)
        return max(self.caps[who] - account.spent, Decimal(0))

    def resets_in(self) -> float:
        """Say in how many seconds the next day begins."""
        now = self.clock.utc()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(days=1) - now).total_seconds()

    def debit(self, query: Query, price: Decimal) -> None:
        """Take a price. Raises `SpendCapped`, and takes nothing."""
        who = (query.standing.tenant, query.standing.caller)
        cap = self.caps.get(who)
        # What a free message is billed for, of a job, was taken when that was submitted.
        if cap is None or not price or query.attempt.effect is Effect.FREE:
            return
        account = self._account(who)
        if who not in self._met or account.spent + price > cap:
            error = SpendCapped(query.connector, "spend_per_day")
            error.wait = self.resets_in()
            raise error
        account.take(price)
        self._taken[query.attempt.call_id] = account, price

    def settle(self, query: Query, _price: Decimal, cost: Decimal) -> None:
        """Put what a call cost in the place of what was taken for it, on the day it was begun."""
        if (taken := self._taken.pop(query.attempt.call_id, None)) is not None:
            account, price = taken
            account.settle(price, cost)

    def _account(self, who: Who) -> Account:
        today = self.clock.utc().date()
        account = self._accounts.get(who)
        if account is None or account.day != today:
            account = self._accounts[who] = Account(today)
        return account

    async def _seeded(self, who: Who, account: Account) -> None:
        """Ask the ledger, once for all who wait; it goes on where one of them leaves."""
        task = self._seeding.get(who)
        if task is None:
            task = self._seeding[who] = asyncio.create_task(self._seed(who, account))
            task.add_done_callback(lambda done: self._forget(who, done))
        await asyncio.shield(task)

    async def _seed(self, who: Who, account: Account) -> None:
        settled = account.settled
        recorded = await self.history.spent(*who, account.begun, account.over)
        account.seed(recorded, settled)
        self._met.add(who)

    def _forget(self, who: Who, done: asyncio.Task[None]) -> None:
        del self._seeding[who]
        if not done.cancelled():
            done.exception()  # Whoever waited has it; asyncio need not warn.
