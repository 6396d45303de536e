"""Bugs that nobody made by accident: each a fork of one part of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from connectors.answer.outcome import OutcomeRow
from connectors.contract import Call, Layer, Query, Reply, Wire, WireReply, forget
from connectors.errors import LedgerDown
from connectors.kit import Ending, Kit, Ledger
from connectors.policy.retry.retry import Retry
from connectors.policy.retry.terms import Terms
from connectors.policy.reuse.reuse import Reuse, Reused
from connectors.spec import ConnectorSpec
from connectors.words import Effect
from tests.simulation.network import Line, Passage
from tests.simulation.plant import Plant
from tests.simulation.truth import UNSEEN, Fate


class Greedy(Retry):
    """Takes every question for a free one: what was lost is sent again."""

    def build(self, kit: Kit, terms: Terms, *rest: Any) -> Layer:
        return super().build(kit, replace(terms, effect=Effect.FREE), *rest)


class Forgetting(Reused):
    """Is told of no attempt that outlives its flight."""

    def __call__(self, call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            return await call(replace(query, outlived=forget))

        return super().__call__(ask)


class Forgetful(Reuse):
    """Frees a question's place while its paid attempt is still under way."""

    def build(self, *parts: Any) -> Reused:
        reused = super().build(*parts)
        reused.__class__ = Forgetting
        return reused


@dataclass(frozen=True, slots=True)
class Belated:
    """Writes the intent down when it is over."""

    ledger: Ledger

    async def intent(self, query: Query, effect: Effect) -> None:
        """Say that it is written."""

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        await self.ledger.intent(query, query.attempt.effect)
        await self.ledger.outcome(query, ending, reply)


@dataclass(frozen=True, slots=True)
class Open:
    """Fails open: a ledger that is down is no reason not to ask."""

    ledger: Ledger

    async def intent(self, query: Query, effect: Effect) -> None:
        with suppress(LedgerDown):
            await self.ledger.intent(query, effect)

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        with suppress(LedgerDown):
            await self.ledger.outcome(query, ending, reply)


class LateMark(Line):
    """Marks an attempt as sent when its answer is there, and not before its first byte."""

    async def _sent(self, wire: Wire, passage: Passage) -> WireReply:
        wire.attempt.sent = False
        reply = await super()._sent(wire, passage)
        wire.attempt.sent = True
        return reply


class Repeating(Line):
    """Sends again by itself what a broken connection swallowed, as clients do for a GET."""

    async def _sent(self, wire: Wire, passage: Passage) -> WireReply:
        if passage.fate is Fate.LOST_AFTER and passage.fate not in UNSEEN:
            self._network.arrive(wire, passage, self._life)
            await asyncio.sleep(passage.answer)
            return await super()._sent(wire, Passage(Fate.ANSWERED))
        return await super()._sent(wire, passage)


NOTHING = OutcomeRow.model_validate({"outcome": "NO_HIT", "status": {"gte": 500}})


def _with(**fields: Callable[[ConnectorSpec], object]) -> Callable[[ConnectorSpec], ConnectorSpec]:
    def changed(spec: ConnectorSpec) -> ConnectorSpec:
        return spec.model_copy(update={name: make(spec) for name, make in fields.items()})

    return changed


BUGS: Mapping[str, Plant] = {
    "a retry of what was lost": Plant(
        spec=_with(retry=lambda spec: Greedy.model_construct(**dict(spec.retry)))
    ),
    "a flight that forgets what is paid for": Plant(
        spec=_with(cache=lambda spec: Forgetful.model_construct(**dict(spec.cache)))
    ),
    "an intent after the fact": Plant(ledger=Belated),
    "a ledger that fails open": Plant(ledger=Open),
    "a mark that comes late": Plant(line=LateMark),
    "a client that repeats by itself": Plant(line=Repeating),
    "a failure that reads as nobody known": Plant(
        spec=_with(outcomes=lambda spec: (NOTHING, *spec.outcomes))
    ),
    "a recovery that asks again": Plant(resends=True),
}
"""By what is wrong."""
