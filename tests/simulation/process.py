"""One life of the gateway: everything of it is real but its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from connectors.contract import Query, Reply
from connectors.kit import Drawn, Ending, Kit
from connectors.kit import Ledger as Attempts
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Effect, Outcome, ServedFrom
from gateway.catalog.assembly import Assembled, assemble
from gateway.composition import compose
from gateway.fields.schema import schema
from gateway.fillers import Stored
from gateway.pipeline import Pipeline
from gateway.rpc.channel import DataChannel, Later
from gateway.rpc.translate_report import ReportTranslation
from gateway.store.ledger.sqlite import SqliteLedger
from gateway.telemetry.log import InquiryLine, JsonLog

from .disk import Commit, InlineCommits
from .world import KEYS, SECRETS, World, catalog_of


class Quiet:
    """Hears of everything, and says nothing."""

    def asked(self, _: Query, __: Outcome, ___: ServedFrom, ____: float) -> None: ...

    def inquiry(self, line: InquiryLine) -> None: ...

    def event(self, event: str, **fields: object) -> None: ...

    def incident(self, incident: str, stage: str, error: BaseException) -> None: ...


class Unshelved:
    """Keeps no continuation: nothing here is answered later."""

    async def find(self, _: str, __: str) -> None:
        return None


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
    ledger: SqliteLedger
    kit: Kit
    assembled: Assembled
    pipeline: Pipeline
    channel: DataChannel

    @classmethod
    async def started(cls, world: World) -> Process:
        _, folder, currency = catalog_of(world.config)
        world.lives += 1
        chance = world.chance("process")

        def told(batch: list[Any], commit: Commit) -> None:
            world.trace.add(world.calendar.now(), "commit", len(batch), commit.ends)

        commits = InlineCommits(world.ledger_file, world.weather.commit, told)
        ledger = SqliteLedger(world.ledger_file, world.calendar, currency)
        ledger._commits = cast("Any", commits)  # noqa: SLF001 - the one part that has a thread
        kit = Kit(
            clock=world.calendar,
            random=chance,
            secrets=SECRETS,
            env={},
            ledger=world.plant.ledger(Witness(ledger, world)),
            cache=world.cache,
            observer=Quiet(),
            schema=schema(),
            cache_key=KEYS.cache,
            currency=currency,
            files=Path(),
            tables=folder.tables,
            tokens=Drawn(chance),
            jobs=JobsInMemory(),
        )
        await ledger.start()
        return cls(world, commits, ledger, kit, *_built(world, kit, ledger))

    def reload(self) -> Assembled:
        """Serve by a changed config from here on; gives what the old one built, which runs on."""
        old = self.assembled
        self.world.version += 1
        built = _built(self.world, self.kit, self.ledger)
        self.assembled, self.pipeline, self.channel = built
        return old

    async def drain(self) -> None:
        """Leave as a process does that is asked to."""
        await self.assembled.owned.settled()
        for transport in self.assembled.transports:
            await transport.aclose()
        await self.commits.aclose()

    def die(self) -> None:
        """Leave as one does that is killed: from here on nothing of it reaches the world."""
        self.commits.die()
        for transport in self.assembled.transports:
            transport.dead = True  # type: ignore[attr-defined] # ours are lines


def _built(world: World, kit: Kit, ledger: SqliteLedger) -> tuple[Assembled, Pipeline, DataChannel]:
    world.network.life += 1
    assembled = assemble(world.catalog(), kit, KEYS, _recall)
    pipeline = compose(assembled, KEYS, kit, ledger, cast("JsonLog", Quiet()))
    channel = DataChannel(
        pipeline,
        ReportTranslation(assembled.view(kit.currency).connectors, kit.currency),
        world.calendar,
        lambda: kit.random.randbytes(16).hex(),
        Later(assembled.callers.identify, cast("Any", Unshelved()), JobsInMemory()),
    )
    return assembled, pipeline, channel


async def _recall(_: str, __: str, ___: object, ____: float) -> Mapping[str, Stored]:
    return {}
