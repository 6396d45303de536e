"""Beside stage five: connectors on trial, asked once the answers are there and never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from connectors.contract import Call, Query, Reply, Values
from connectors.errors import ConnectorError, LedgerDown, NeedInput, NotCached, NotSent
from connectors.kit import Clock
from connectors.policy.ledger import Owned
from connectors.words import Outcome, ServedFrom

from ...model import Answer, Answers, Missed
from .draw import ShadowSeat
from .spend import DailySpend, Reserved


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a shadow did beside the answers that made the report. It holds no value."""

    answers: Answers
    answer: Answer
    """The shadow's own."""
    cost: Decimal
    same: int = 0
    """Fields that both gave alike."""
    different: int = 0
    alone: int = 0
    """Fields that nobody else gave."""


class Compared(Protocol):
    """Where comparisons go. Neither waits nor raises."""

    def shadow(self, comparison: Comparison) -> None: ...

    def shadow_failed(self, error: Exception) -> None:
        """Hear of a fault of ours, which no caller ever will."""
        ...


@dataclass(frozen=True, slots=True)
class Shadows:
    """
    Asks what was drawn and granted, once the answers are there and nobody waits for it.

    Its calls are like any other: with consent and grant behind them, in the
    ledger, under the bureau's limits, and owned, so that draining waits. What
    comes of them goes nowhere but into the ledger and the comparison.
    """

    seats: Mapping[str, tuple[ShadowSeat, ...]]
    """By product."""
    calls: Mapping[str, Call]
    values: Callable[[bytes], Values]
    """Reads a reply's user info."""
    clock: Clock
    owned: Owned
    spend: DailySpend
    compared: Compared

    def begin(self, answers: Answers, granted: Collection[str]) -> None:
        """Let the shadows among `granted` be asked. Waits for nothing."""
        product = answers.granted.filled.valid.admitted.inquiry.product
        for one in self.seats.get(product, ()):
            if one.seat.connector in granted:
                self.owned.own(asyncio.create_task(self._ask(one, product, answers)))

    async def _ask(self, one: ShadowSeat, product: str, answers: Answers) -> Reply:
        name, begun = one.seat.connector, self.clock.now()
        reserved = await self.spend.reserve((product, name), one.seat.price, one.most)
        cost = Decimal(0)
        missed: Missed | None = None
        reply: Reply | None = None
        try:
            reply = await self._paid(one, answers, reserved)
            # Nobody comes back for what is to come: it counts as bought.
            cost = one.seat.price if _is_bought_later(reply) else reply.cost
        except ConnectorError as error:
            cost, missed = error.cost, Missed(name, error.outcome, error)
            raise
        except LedgerDown:
            missed = Missed(name, Outcome.UNREACHABLE, NotSent(name, "ledger"))
            raise
        except Exception as error:
            cost = one.seat.price
            self.compared.shadow_failed(error)
            raise
        finally:
            if reserved is not None:
                self.spend.settle(reserved, cost)
            answer = Answer(name, reply, missed, self.clock.now() - begun)
            if reply is not None or missed is not None:
                self.compared.shadow(self._comparison(answers, answer, cost))
        return reply

    async def _paid(self, one: ShadowSeat, answers: Answers, reserved: Reserved | None) -> Reply:
        if reserved is None:
            raise NotCached(one.seat.connector, "max_cost_per_day")
        return await self.calls[one.seat.connector](self._query(one, answers))

    def _query(self, one: ShadowSeat, answers: Answers) -> Query:
        known: dict[str, object] = {}
        for need in one.seat.needs:
            members = one.sources.get(need, (need,))
            given = [answers.by_connector[name] for name in members if name in answers.by_connector]
            replies = [answer.reply for answer in given if answer.reply is not None]
            if not replies:
                raise NeedInput(one.seat.connector, f"needs {need}")
            for reply in reversed(replies):
                known |= self.values(reply.user_info)
        limit = self.clock.now() + one.within
        return answers.granted.query(one.seat.connector, lambda: limit, known)

    def _comparison(self, answers: Answers, answer: Answer, cost: Decimal) -> Comparison:
        others: dict[str, set[object]] = {}
        for other in answers.by_connector.values():
            if other.reply is not None:
                for path, value in self.values(other.reply.user_info).items():
                    others.setdefault(path, set()).add(value)
        mine = self.values(answer.reply.user_info) if answer.reply is not None else {}
        both = [path for path in mine if path in others]
        same = sum(mine[path] in others[path] for path in both)
        return Comparison(
            answers, answer, cost, same, len(both) - same, alone=len(mine) - len(both)
        )


def _is_bought_later(reply: Reply) -> bool:
    return reply.outcome is Outcome.PENDING and reply.served_from is ServedFrom.LIVE
