"""Leaves a bureau alone that keeps failing, and tries it carefully afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import Field

from ...contract import Call, Query, Reply
from ...errors import BreakerOpen, ConnectorError
from ...kit import Kit, Strict
from ...units import Seconds
from ..timeout import overdue
from .circuit import Circuit, Rule, State, Verdict
from .verdicts import settled, verdict


class Breaker(Strict):
    """When a bureau is left alone, for all of its connectors; the words are Hystrix's."""

    error_threshold: float = Field(default=0.5, gt=0, le=1)
    """It opens where this share of the calls within `window` failed,"""
    request_threshold: int = Field(default=20, ge=1)
    """and there were at least so many; or where five in a row could not be sent."""
    window: Seconds = Field(default=10.0, gt=0)
    sleep: Seconds = Field(default=5.0, gt=0)
    """How long nothing is sent; twice as long each time it opens again, up to a minute."""
    half_open_attempts: int = Field(default=3, ge=1)
    """How many may then try at the same time."""
    required_successful: int = Field(default=5, ge=1)
    """How many in a row must succeed for all to be asked again."""

    def build(self, kit: Kit) -> Guard:
        return Guard(Circuit(Rule(**self.model_dump()), kit.random), kit)


@dataclass(frozen=True, slots=True)
class Health:
    """How a bureau does."""

    state: State
    failing: float | None
    """The share of failures among its last calls; None where it was not asked lately."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A layer, one for all connectors of a bureau: it counts attempts, not queries."""

    circuit: Circuit
    kit: Kit

    def __call__(self, call: Call) -> Call:
        clock, circuit = self.kit.clock, self.circuit

        async def ask(query: Query) -> Reply:
            generation = circuit.enter(clock.now())
            if generation is None:
                raise BreakerOpen(query.connector)
            try:
                reply = await call(query)
            except ConnectorError as error:
                circuit.ended(generation, verdict(error), clock.now())
                raise
            except asyncio.CancelledError:
                self._left(generation, query)
                raise
            except BaseException:
                circuit.ended(generation, Verdict.IGNORED, clock.now())
                raise
            circuit.ended(generation, Verdict.SUCCESS, clock.now())
            return reply

        return ask

    def _left(self, generation: int, query: Query) -> None:
        """
        Judge an attempt whose waiter went.

        At the deadline that is the bureau's doing, or a hang that no caller waits
        for would never open anything. Before it says nothing yet, and what is
        paid for runs on: how that ends is heard when it does.
        """
        settling, now = query.attempt.settling, self.kit.clock.now()
        if overdue(query, now):
            self.circuit.ended(generation, Verdict.FAILURE, now)
        elif settling is None:
            self.circuit.ended(generation, Verdict.IGNORED, now)
        else:
            settling.add_done_callback(
                lambda done: self.circuit.ended(generation, settled(done), self.kit.clock.now())
            )

    @property
    def closed(self) -> bool:
        return self.circuit.state is State.CLOSED

    def health(self) -> Health:
        now, window = self.kit.clock.now(), self.circuit.window
        window.turn(now)
        return Health(self.circuit.seen(now), window.share if window.calls else None)
