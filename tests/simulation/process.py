"""One life of the gateway: everything of it is real but its surroundings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, cast

from connectors.contract import Query, Reply
from connectors.errors import LedgerDown
from connectors.kit import Drawn, Ending, Kit
from connectors.kit import Ledger as Attempts
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Effect, Outcome, ServedFrom
from gateway.background import Background
from gateway.catalog.assembly import Assembled, assemble
from gateway.composition import Composed, Lasting, compose
from gateway.fields.schema import schema
from gateway.fillers import Stored
from gateway.inquiries.kept.fingerprint import Fingerprint
from gateway.limits import CallerSpending
from gateway.rpc.channel import DataChannel
from gateway.rpc.translate_report import ReportTranslation
from gateway.store.cache.opening import Opened
from gateway.store.ledger.keeping.means import Means
from gateway.store.ledger.keeping.upkeep import Upkeep
from gateway.store.ledger.reading.history import LedgerHistory
from gateway.store.ledger.sqlite.opening import put_together
from gateway.store.ledger.sqlite.reading import InlineReading
from gateway.store.ledger.stored import StoredLedger
from gateway.store.sealing import Sealer
from gateway.telemetry.log import InquiryLine, JsonLog

from .disk import Commit, InlineCommits
from .shared_cache import opened
from .world import KEYS, MASTER, SECRETS, World, catalog_of

AGAIN: Final = 0.3
"""Seconds after which a process that could not start is started again."""


class Quiet:
    """Hears of everything, and says nothing."""

    def asked(self, _: Query, __: Outcome, ___: ServedFrom, ____: float) -> None: ...

    def inquiry(self, line: InquiryLine) -> None: ...

    def event(self, event: str, **fields: object) -> None: ...

    def incident(self, incident: str, stage: str, error: BaseException) -> None: ...


@dataclass(frozen=True, slots=True)
class Witness:
    """Stands before the ledger, and remembers when calls ended."""

    ledger: Attempts
    world: World

    async def intent(self, query: Query, effect: Effect) -> None:
        await self.ledger.intent(query, effect)

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        self.world.ended.setdefault(query.attempt.call_id, self.world.calendar.now())
        await self.ledger.outcome(query, ending, reply)


@dataclass(slots=True)
class Process:
    """What `gateway/app.py` puts together, less sockets and threads."""

    world: World
    commits: InlineCommits
    ledger: StoredLedger
    cache: Opened
    lasting: Lasting
    kit: Kit
    assembled: Assembled
    composed: Composed
    channel: DataChannel
    upkeep: Background

    @classmethod
    async def started(cls, world: World) -> Process:
        """Start as a supervisor has it: where the ledger gives no answer, again in a moment."""
        while True:
            world.lives += 1
            chance = world.chance("process")
            ledger, commits = _ledger(world, chance)
            try:
                await ledger.start()
                break
            except LedgerDown:
                commits.die()
                await asyncio.sleep(AGAIN)
        _, folder, currency = catalog_of(world.config)
        cache = opened(world.shared, MASTER, world.calendar, chance)
        await cache.store.start()
        history = LedgerHistory(ledger.reading)
        callers = (entry.spec for entry in world.catalog().callers.values())
        spending = CallerSpending.of(callers, world.calendar, history)
        kit = Kit(
            clock=world.calendar,
            random=chance,
            secrets=SECRETS,
            env={},
            ledger=world.plant.ledger(Witness(ledger, world)),
            history=history,
            spending=spending,
            cache=cache.store,
            answer_keys=cache.names,
            lease=cache.lease,
            observer=Quiet(),
            schema=schema(),
            cache_key=KEYS.cache,
            currency=currency,
            files=Path(),
            tables=folder.tables,
            tokens=Drawn(chance),
            jobs=JobsInMemory(),
        )
        lasting = Lasting(spending)
        built = _built(world, kit, ledger, lasting)
        upkeep = Background(Upkeep(ledger.instance, world.calendar).run)
        upkeep.start()
        return cls(world, commits, ledger, cache, lasting, kit, *built, upkeep)

    def reload(self) -> Assembled:
        """Serve by a changed config from here on; gives what the old one built, which runs on."""
        old = self.assembled
        self.world.version += 1
        built = _built(self.world, self.kit, self.ledger, self.lasting)
        self.assembled, self.composed, self.channel = built
        return old

    async def drain(self) -> None:
        """Leave as a process does that is asked to."""
        await self.assembled.owned.settled()
        await self.composed.desk.inquiries.settled()
        for transport in self.assembled.transports:
            await transport.aclose()
        await self.cache.store.aclose()
        await self.upkeep.aclose()
        await self.ledger.aclose()

    def die(self) -> None:
        """Leave as one does that is killed: from here on nothing of it reaches the world."""
        self.commits.die()
        for transport in self.assembled.transports:
            transport.dead = True  # type: ignore[attr-defined] # ours are lines


def _ledger(world: World, chance: Random) -> tuple[StoredLedger, InlineCommits]:
    """Put the ledger together as `gateway.store.ledger` does, on the simulated disk."""

    def told(entries: int, commit: Commit) -> None:
        world.trace.add(world.calendar.now(), "commit", entries, commit.ends)

    _, _, currency = catalog_of(world.config)
    sealer = Sealer("1", {"1": KEYS.replies}, chance)
    means = Means(world.calendar, chance, currency, KEYS.ledger, sealer)
    commits = InlineCommits(world.database, means, world.weather.commit, told)
    reading = InlineReading(world.database)
    return put_together(means, commits.chain, commits, reading, world.heads), commits


def _built(
    world: World, kit: Kit, ledger: StoredLedger, lasting: Lasting
) -> tuple[Assembled, Composed, DataChannel]:
    world.network.life += 1
    assembled = assemble(world.catalog(), kit, KEYS, _recall)
    composed = compose(assembled, KEYS, kit, ledger, lasting, cast("JsonLog", Quiet()))
    channel = DataChannel(
        composed.pipeline,
        composed.desk,
        assembled.callers.identify,
        ReportTranslation(assembled.view(kit.currency).connectors, kit.currency),
        Fingerprint(KEYS.fingerprint),
        world.calendar,
    )
    return assembled, composed, channel


async def _recall(_: str, __: str, ___: object, ____: float) -> Mapping[str, Stored]:
    return {}
