"""Writes down each attempt before and after, and stays with it until it is settled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..contract import Call, Query, Reply
from ..errors import ConnectorError, LedgerDown, Lost, NotSent, Unresolved
from ..kit import Ending, Kit
from ..waiting.within import within
from ..words import Billed, Effect, Outcome


@dataclass(frozen=True, slots=True)
class Owned:
    """All attempts that are not settled. Draining waits here."""

    tasks: set[asyncio.Task[Reply]] = field(default_factory=set)

    def own(self, task: asyncio.Task[Reply]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[Reply]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # The ledger has it; asyncio need not warn.

    async def settled(self) -> None:
        while self.tasks:
            await asyncio.wait(self.tasks)


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    An attempt is a task of its own, at most ``settle`` seconds long.

    Whoever waits for it may go. A free or unsent attempt is then cancelled; one
    that is paid for and has left runs on, and `Query.outlived` is told of it.
    """

    kit: Kit
    owned: Owned
    effect: Effect
    settle: float

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            task = asyncio.create_task(self._debited(call, query))
            self.owned.own(task)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                if query.attempt.sent and self.effect is not Effect.FREE:
                    # The layers between hear of it by the attempt, who waits by being told.
                    query.attempt.settling = task
                    query.outlived(task)
                else:
                    task.cancel()
                    if self.effect is Effect.HARD_INQUIRY:
                        # Its end releases the subject: who asks next must not come before it.
                        await asyncio.wait({task})
                raise

        return ask

    async def _debited(self, call: Call, query: Query) -> Reply:
        """Take the price before the intent: what is under way is spent, to whoever asks on."""
        spending, price = self.kit.spending, query.attempt.price
        spending.debit(query, price)
        cost = Decimal(0)
        try:
            reply = await self._attempt(call, query)
            # Nobody comes back to say what a job will cost: it counts as bought.
            goes_on = reply.outcome is Outcome.PENDING and self.effect is not Effect.FREE
            cost = price if goes_on else reply.cost
            return reply
        except ConnectorError as error:
            cost = error.cost
            raise
        except asyncio.CancelledError:
            cost = query.attempt.unanswered(query.connector, "cancelled", Lost).cost
            raise
        finally:
            spending.settle(query, price, cost)

    async def _attempt(self, call: Call, query: Query) -> Reply:
        begun = self.kit.clock.now()
        ending = Ending(Outcome.LOST, Billed.UNKNOWN, Decimal(0), "", 0.0)
        reply, written, failed = None, True, False
        try:
            await self._intended(query)
            async with within(self.settle):
                reply = await call(query)
            ending = Ending(reply.outcome, reply.billed, reply.cost, reply.bureau_reference, 0.0)
            return reply
        except (LedgerDown, Unresolved):
            written = False
            raise
        except ConnectorError as error:
            ending, failed = _failed(query.attempt.accounted(error)), True
            raise
        except BaseException as error:
            failure = query.attempt.unanswered(query.connector, "settle", Lost)
            ending = _failed(failure)
            if isinstance(error, TimeoutError):
                raise failure from error
            raise
        finally:
            if written:
                row = replace(ending, latency=self.kit.clock.now() - begun)
                await self._write(query, row, reply)
                query.attempt.spared = failed and row.billed is Billed.NO

    async def _intended(self, query: Query) -> None:
        """Write the intent down. Where that took what time there was, the rest is for nobody."""
        await self.kit.ledger.intent(query, self.effect)
        if query.deadline() <= self.kit.clock.now():
            raise NotSent(query.connector, "deadline")

    async def _write(self, query: Query, ending: Ending, reply: Reply | None) -> None:
        try:
            await self.kit.ledger.outcome(query, ending, reply)
        except LedgerDown as error:
            # The intent stands and its outcome does not: to whoever waits, and to
            # recovery, that is a call whose outcome is unknown.
            raise query.attempt.unanswered(query.connector, "ledger", Lost) from error


def _failed(error: ConnectorError) -> Ending:
    return Ending(error.outcome, error.billed, error.cost, "", 0.0)
