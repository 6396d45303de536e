"""Bureaus that are none, at the end of wires that fail as wires do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from connectors.contract import Wire, WireReply
from connectors.errors import Lost, NotSent
from connectors.spec import ConnectorSpec
from connectors.words import Effect, Outcome

from .trace import Trace
from .truth import TURNED_AWAY, UNSEEN, Fate, Hit, knows, tag

FOREVER: Final = 1e6
LOGIN: Final = "login"


@dataclass(frozen=True, slots=True)
class Passage:
    """How one message fares, and how long each part of it takes."""

    fate: Fate
    connect: float = 0.002
    answer: float = 0.02
    wait: float = 0.0
    """What a bureau that is busy asks for."""
    bills: bool = True
    """Whether a bureau that breaks down charges for it."""


@dataclass(slots=True)
class Network:
    """All bureaus, and all that they know of what reached them: it outlives the gateway."""

    specs: Mapping[str, ConnectorSpec]
    passage: Callable[[str], Passage]
    """Draws how a message to a connector fares."""
    trace: Trace
    seen: Callable[[Hit], None] = lambda _: None
    """Hears of each hit as it arrives."""
    life: int = 0
    """The number of the assembly that is built, or was built last."""
    hits: list[Hit] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Idempotency keys of what was charged for, or answered: never charged for again."""
    tokens: set[str] = field(default_factory=set)
    issued: int = 0

    def arrive(self, wire: Wire, passage: Passage, life: int) -> WireReply:
        """Do as the bureau does with a message that it has; what it says may get lost."""
        connector = wire.target.strip("/")
        if connector == LOGIN:
            return self._login(passage)
        headers = {name.lower(): value for name, value in wire.headers}
        asked = orjson.loads(wire.body)
        hit = Hit(
            at=asyncio.get_running_loop().time(),
            connector=connector,
            call_id=wire.attempt.call_id,
            reference=headers.get("x-reference", ""),
            key=headers.get("idempotency-key", ""),
            person=asked["id"],
            fate=passage.fate,
            life=life,
            turned_away=passage.fate in TURNED_AWAY,
        )
        reply = self._answer(hit, passage, headers.get("authorization"))
        self.hits.append(hit)
        self.trace.add(hit.at, "hit", connector, hit.call_id, hit.fate, hit.billed)
        if "tag" in asked and asked["tag"] != tag("scorecard", hit.person):
            raise AssertionError(f"{connector} was told another person's value")
        self.seen(hit)
        return reply

    def _login(self, passage: Passage) -> WireReply:
        if passage.fate in TURNED_AWAY or passage.fate is Fate.BROKEN:
            return WireReply(503)
        self.issued += 1
        token = f"token-{self.issued}"
        self.tokens = {token}
        return WireReply(200, {}, orjson.dumps({"token": token, "lives": 5}))

    def _answer(self, hit: Hit, passage: Passage, authorization: str | None) -> WireReply:
        if authorization is not None and authorization.removeprefix("Bearer ") not in self.tokens:
            hit.turned_away = True
            return WireReply(401, {}, b"{}")
        if hit.turned_away:
            wait = {"retry-after": str(int(passage.wait))}
            return WireReply(401 if hit.fate is Fate.UNAUTHORISED else 429, wait, b"{}")
        outcome = knows(hit.connector, hit.person)
        self._charge(hit, passage, outcome)
        if hit.fate is Fate.BROKEN:
            return WireReply(500, {}, b"{}")
        if hit.fate is Fate.GARBAGE:
            return WireReply(200, {}, b"<html>" + hit.person.encode())
        person = "X" + hit.person if hit.fate is Fate.STRANGER else hit.person
        told: dict[str, Any] = {"id": person, "code": "0" if outcome is Outcome.HIT else "1"}
        if outcome is Outcome.HIT:
            told["tag"] = tag(hit.connector, person)
        return WireReply(200, {}, orjson.dumps(told))

    def _charge(self, hit: Hit, passage: Passage, outcome: Outcome) -> None:
        """Put a question on the bill, as its contract says; a key once."""
        spec = self.specs[hit.connector]
        if spec.billing is None or spec.effect is Effect.FREE:
            return
        broken = hit.fate is Fate.BROKEN
        if broken and Outcome.BUREAU_ERROR in spec.billing.unbilled:
            hit.turned_away = True
            return
        if broken and not passage.bills:
            return
        if (broken or outcome in spec.billing.billable) and hit.key not in self.keys:
            hit.billed = spec.price
        if hit.key:
            self.keys.add(hit.key)


class Line:
    """A transport: below it there are no sockets, and above it everything is real."""

    def __init__(self, network: Network, bureau: str) -> None:
        self._network = network
        self._bureau = bureau
        self._life = network.life
        self.dead = False

    async def send(self, wire: Wire) -> WireReply:
        if self.dead:
            raise NotSent(self._bureau, "closed")
        passage = self._network.passage(wire.target.strip("/"))
        await asyncio.sleep(passage.connect)
        if passage.fate is Fate.REFUSED:
            raise NotSent(self._bureau, "connect")
        # As real ones do: before the first byte, and never unset.
        wire.attempt.leave(self._bureau)
        return await self._sent(wire, passage)

    async def _sent(self, wire: Wire, passage: Passage) -> WireReply:
        reply = None
        if passage.fate not in UNSEEN:
            reply = self._network.arrive(wire, passage, self._life)
        if passage.fate in (Fate.HANGS_BEFORE, Fate.HANGS_AFTER):
            await asyncio.sleep(FOREVER)
        await asyncio.sleep(passage.answer)
        if reply is None or passage.fate is Fate.LOST_AFTER:
            raise Lost(self._bureau, "reset")
        return reply

    async def aclose(self) -> None:
        self.dead = True
