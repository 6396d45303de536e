"""One inquiry's calls under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.contract import Call, Reply, Values
from connectors.errors import ConnectorError, LedgerDown, NotSent
from connectors.kit import Clock
from connectors.words import Outcome

from ...model import Answer, Granted, Missed, Tell
from ...product import Waterfall
from ..plan import Seat, Unit
from .patience import Limits
from .turns import Turns

Given = Values | None
"""User info of those whom somebody needs; None where they gave no answer."""


@dataclass(slots=True)
class Fan:
    """A task for each unit: those of a waterfall have one together."""

    calls: Mapping[str, Call]
    values: Callable[[bytes], Values]
    clock: Clock
    granted: Granted
    tell: Tell
    ledger_down: bool = False
    _tasks: dict[str, asyncio.Task[list[Answer]]] = field(default_factory=dict)

    async def all(self, asked: Mapping[str, Unit], until: Limits) -> dict[str, Answer]:
        """Ask, and give everybody's answer, those of who was not granted among them."""
        answers = {
            name: Answer(name, None, Missed(name, outcome), 0.0)
            for name, outcome in self.granted.refused.items()
        }
        async with asyncio.TaskGroup() as group:
            for name, unit in asked.items():
                self._tasks[name] = group.create_task(self._unit(unit, until.of(unit)))
        for task in self._tasks.values():
            answers |= {answer.connector: answer for answer in task.result()}
        return answers

    async def _unit(self, unit: Unit, limit: float) -> list[Answer]:
        begun = self.clock.now()
        known = await self._needed(unit)
        waterfall = unit.seats[0].waterfall
        if waterfall is not None and known is not None:
            return await self._waterfall(unit, waterfall, limit, known)
        return [await self._one(seat, limit, known, begun) for seat in unit.seats]

    async def _needed(self, unit: Unit) -> Given:
        """Wait for those whose answers it needs; of a waterfall the first member's word counts."""
        known: dict[str, object] = {}
        for need in unit.needs:
            given = await asyncio.shield(self._tasks[need])
            replies = [answer.reply for answer in given if answer.reply is not None]
            if not replies:
                return None
            for reply in reversed(replies):
                known |= self.values(reply.user_info)
        return known

    async def _waterfall(
        self, unit: Unit, rules: Waterfall, limit: float, known: Values
    ) -> list[Answer]:
        turns = Turns(
            unit,
            rules,
            lambda: limit - self.clock.now(),
            self.granted.allowances.get(unit.name),
            self.granted.known,
        )
        answers = []
        for seat in unit.seats:
            if skipped := turns.skipped(seat):
                name = seat.connector
                answer = Answer(name, None, Missed(name, skipped), 0.0)
                self.tell(answer)
            else:
                answer = await self._one(seat, limit, known, self.clock.now())
                turns.ended(seat, answer)
                if self.ledger_down:
                    turns.stop()
            answers.append(answer)
        return answers

    async def _one(self, seat: Seat, limit: float, known: Given, begun: float) -> Answer:
        reply, missed = await self._ask(seat.connector, limit, known)
        answer = Answer(seat.connector, reply, missed, self.clock.now() - begun)
        self.tell(answer)
        return answer

    async def _ask(
        self, name: str, limit: float, known: Given
    ) -> tuple[Reply | None, Missed | None]:
        if known is None:
            return None, Missed(name, Outcome.NEED_INPUT)
        query = self.granted.query(name, lambda: limit, known)
        try:
            return await self.calls[name](query), None
        except ConnectorError as error:
            return None, Missed(name, error.outcome, error)
        except LedgerDown:
            self.ledger_down = True
            return None, Missed(name, Outcome.UNREACHABLE, NotSent(name, "ledger"))
