"""Stage five: every granted connector, as soon as it can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from connectors.contract import Call, Reply, Values
from connectors.errors import ConnectorError, LedgerDown, NotSent
from connectors.kit import Clock
from connectors.words import Billed, Outcome, ServedFrom

from ..errors import LedgerUnavailable, OutcomeUnknown
from ..model import Answer, Answers, Granted, Missed, Tell
from .plan import Seat

LEAST_RESERVE, MOST_RESERVE, RESERVE = 0.05, 0.5, 0.05
"""Seconds, seconds, share: what is kept of the time for assembly and commit."""


class Servings(Protocol):
    """Where it is written down that a reply was not bought but given again."""

    async def served(self, granted: Granted, replies: tuple[Reply, ...]) -> None:
        """Write durably. Raises `LedgerDown`."""
        ...


@dataclass(frozen=True, slots=True)
class FanOut:
    """
    Ask all granted connectors at once; one that needs another's answer waits for it.

    A connector that fails is an answer too; whether the report can do without
    it is for `verify` to say. Any other exception is a fault of ours: it cancels
    the other waits and goes up. Optional connectors are waited for no longer
    than the required ones may take.
    """

    calls: Mapping[str, Call]
    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    values: Callable[[bytes], Values]
    """Reads a reply's user info as `needs:` sees it."""
    clock: Clock
    servings: Servings

    async def __call__(self, granted: Granted, tell: Tell) -> Answers:
        fan = _Fan(self, granted, tell, self._limits(granted))
        answers = await fan.all()
        reused = tuple(
            answer.reply
            for answer in answers.values()
            if answer.reply is not None and answer.reply.served_from is not ServedFrom.LIVE
        )
        if reused or fan.ledger_down:
            await self._account(granted, reused, answers, down=fan.ledger_down)
        return Answers(granted, answers)

    def _limits(self, granted: Granted) -> Mapping[str, float]:
        """Tell until when each connector is waited for, in monotonic time."""
        begun = self.clock.now()
        total = granted.filled.valid.admitted.deadline - begun
        end = begun + total - min(MOST_RESERVE, max(LEAST_RESERVE, total * RESERVE))
        seats = {
            seat.connector: seat
            for seat in self.seats[granted.filled.valid.admitted.inquiry.product]
        }
        patience = [
            _patience(seats[name], seats) for name in granted.connectors if seats[name].required
        ]
        optional_end = min(end, begun + max(patience)) if patience else end
        return {name: end if seats[name].required else optional_end for name in granted.connectors}

    async def _account(
        self,
        granted: Granted,
        reused: tuple[Reply, ...],
        answers: Mapping[str, Answer],
        *,
        down: bool,
    ) -> None:
        """
        Write reuse down, or fail closed.

        UNAVAILABLE means that nothing was sent: with anything bought on the way
        it is the ambiguous error instead, so that nobody's retry buys again.
        """
        try:
            if reused:
                await self.servings.served(granted, reused)
            if not down or any(answer.reply is not None for answer in answers.values()):
                return
        except LedgerDown:
            pass
        bought = _bought(answers)
        end = OutcomeUnknown(bought, timed_out=False) if bought else LedgerUnavailable()
        end.outcomes = Answers(granted, answers).outcomes
        raise end


class _Fan:
    """One inquiry's calls under way."""

    def __init__(
        self, stage: FanOut, granted: Granted, tell: Tell, limits: Mapping[str, float]
    ) -> None:
        self._stage = stage
        self._granted = granted
        self._tell = tell
        self._limits = limits
        self._tasks: dict[str, asyncio.Task[Answer]] = {}
        product = granted.filled.valid.admitted.inquiry.product
        self._needs = {seat.connector: seat.needs for seat in stage.seats[product]}
        self.ledger_down = False

    async def all(self) -> dict[str, Answer]:
        answers = {
            name: Answer(name, None, Missed(name, outcome), 0.0)
            for name, outcome in self._granted.refused.items()
        }
        async with asyncio.TaskGroup() as group:
            for name in self._granted.connectors:
                self._tasks[name] = group.create_task(self._one(name))
        answers |= {name: task.result() for name, task in self._tasks.items()}
        return {name: answers[name] for name in self._needs if name in answers}

    async def _one(self, name: str) -> Answer:
        begun = self._stage.clock.now()
        reply, missed = await self._ask(name)
        answer = Answer(name, reply, missed, self._stage.clock.now() - begun)
        self._tell(answer)
        return answer

    async def _ask(self, name: str) -> tuple[Reply | None, Missed | None]:
        known: dict[str, object] = {}
        for need in self._needs[name]:
            given = await asyncio.shield(self._tasks[need])
            if given.reply is None:
                return None, Missed(name, Outcome.NEED_INPUT)
            known |= self._stage.values(given.reply.user_info)
        limit = self._limits[name]
        query = self._granted.query(name, lambda: limit, known)
        try:
            return await self._stage.calls[name](query), None
        except ConnectorError as error:
            return None, Missed(name, error.outcome, error)
        except LedgerDown:
            self.ledger_down = True
            return None, Missed(name, Outcome.UNREACHABLE, NotSent(name, "ledger"))


def _patience(seat: Seat, seats: Mapping[str, Seat]) -> float:
    """Add up the seconds of a connector and of the longest chain that it waits for."""
    longest = max((_patience(seats[need], seats) for need in seat.needs), default=0.0)
    return seat.patience + longest


def _bought(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """List the calls that were answered, or that a bureau may charge for."""
    calls = []
    for answer in answers.values():
        if answer.reply is not None and answer.reply.served_from is ServedFrom.LIVE:
            calls.append(answer.reply.call_id)
        elif answer.reply is not None:
            # An old answer that stands in for a call which may be charged for all the same.
            if answer.reply.failed_call and answer.reply.billed is not Billed.NO:
                calls.append(answer.reply.failed_call)
        elif answer.missed and (error := answer.missed.error) and error.billed is not Billed.NO:
            calls.append(error.call_id)
    return tuple(calls)
