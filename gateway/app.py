"""The composition root: a config folder becomes a running gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom
from typing import TextIO

from connectors.faults import ConfigError, Findings
from connectors.kit import Clock, Kit, Secrets

from .catalog.assembly import Assembled, assemble
from .catalog.reading import Catalog, CatalogError, read_catalog, read_own_settings
from .clock import LoopClock
from .composition import Composed, Lasting, compose
from .config.finding import of_config
from .config.folder import Folder
from .config.settings import Settings
from .fields.schema import schema
from .inquiries.kept.fingerprint import Fingerprint
from .jobs.doorbell import Doorbell
from .jobs.resuming import following
from .limits import CallerSpending
from .reconciling.running import reconciling
from .rpc.catalog import CatalogChannel
from .rpc.channel import DataChannel
from .rpc.engine.contract import Listener
from .rpc.engine.grpcio import GrpcioServer
from .rpc.services import main_methods
from .rpc.status import Statuses
from .rpc.translate_report import ReportTranslation
from .security.keys import Keys
from .security.secrets import ChainedSecrets, SecretFiles, SecretVariables, Shelf
from .security.tls import Tls
from .stages.structure import Structure
from .store.cache.opening import Opened, Tools, opened
from .store.ledger.reading.history import LedgerHistory
from .stores import Stores
from .telemetry.foreign import routed
from .telemetry.log import JsonLog
from .telemetry.observer import CacheCounters, QueryCounters

ANSWERING = 5.0
"""Seconds that an inquiry may take past its deadline to be answered, before a stop cuts it off."""


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """A gateway that answers; it has too many parts for a line to print them."""

    settings: Settings
    assembled: Assembled
    composed: Composed
    stores: Stores
    port: int
    callback_url: str
    """Below which bureaus call back; empty where nobody listens."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where log lines go; the words of exceptions go to `protected`."""

    log: TextIO
    protected: TextIO


@asynccontextmanager
async def running(
    root: Path,
    env: Mapping[str, str],
    streams: Streams,
    listen: str | None = None,
    stores_of: Callable[[Settings, Path, Keys, Clock, Random], Stores] = Stores.of,
) -> AsyncIterator[Gateway]:
    """
    Run the gateway that a config folder describes, until the block is left.

    Leaving drains: calls under way are answered, and paid attempts settled,
    before anything is closed. `listen` takes the place of the configured
    address, and a benchmark's `stores_of` that of the stores. Raises
    `CatalogError`, with all that is wrong, before anything listens.
    """
    catalog, folder = await asyncio.to_thread(read_catalog, root)
    settings = read_own_settings(folder, env)
    clock, random = LoopClock(), SystemRandom()
    async with AsyncExitStack() as stack:
        with _blamed(folder):
            secrets = secrets_of(settings, root, env)
            keys = Keys.of(secrets.read(settings.keys.master).reveal(), "keys.master")
        log = await stack.enter_async_context(_logging(streams, clock))
        with _blamed(folder):
            tls = _tls(settings, root)
            stores = _announced(stores_of(settings, root, keys, clock, random), log)
            cache = await stack.enter_async_context(
                opened(settings, root, secrets, Tools(clock, random, CacheCounters(log), log.event))
            )
            doorbell = Doorbell.at(settings, tls)
        stack.push_async_callback(stores.aclose)
        # Before the stores: what a bureau says until then is still kept.
        stack.push_async_callback(doorbell.aclose)
        kit, spending = _spent(
            catalog,
            _kit(
                settings,
                folder,
                stores,
                keys,
                _World(clock, random, secrets, env, doorbell.url, cache),
            ),
        )
        assembled = assemble(catalog, kit, keys, stores.profiles.get)
        for transport in assembled.transports:
            stack.push_async_callback(transport.aclose)
        # After the assembly: a config that is wrong leaves no files behind.
        await stores.start()
        await stack.enter_async_context(_settling(assembled, stores, clock))
        composed = compose(assembled, keys, kit, stores.ledger, Lasting(spending), log)
        stack.push_async_callback(composed.desk.inquiries.settled)
        await stack.enter_async_context(
            following(assembled.jobs, stores.jobs, stores.ledger, clock)
        )
        await doorbell.open(assembled.callbacks, assembled.jobs, stores.jobs, log)
        server = _server(
            settings,
            _channel(composed, assembled, kit, keys),
            assembled,
            kit,
            _Outside(log, listen, tls),
        )
        port = await server.start()
        stack.push_async_callback(
            server.stop, delay=settings.drain_delay, grace=_longest(assembled) + ANSWERING
        )
        log.event("started", port=port, config_version=catalog.version)
        yield Gateway(settings, assembled, composed, stores, port, doorbell.url)


def _longest(assembled: Assembled) -> float:
    return max((spec.deadline.max for spec in assembled.products.values()), default=0.0)


@asynccontextmanager
async def _settling(assembled: Assembled, stores: Stores, clock: Clock) -> AsyncIterator[None]:
    """Ask after what is unknown, and at the end settle what was begun."""
    version = assembled.catalog.version
    try:
        async with reconciling(stores.ledger, assembled.statuses, clock, version):
            yield
    finally:
        await assembled.owned.settled()


@dataclass(frozen=True, slots=True)
class _World:
    """What is neither configured nor kept."""

    clock: Clock
    random: SystemRandom
    secrets: Secrets
    env: Mapping[str, str]
    callback_url: str
    cache: Opened


def _kit(settings: Settings, folder: Folder, stores: Stores, keys: Keys, world: _World) -> Kit:
    return Kit(
        clock=world.clock,
        random=world.random,
        secrets=world.secrets,
        env=world.env,
        ledger=stores.ledger,
        history=LedgerHistory(stores.ledger.reading),
        cache=world.cache.store,
        observer=QueryCounters(),
        schema=schema(),
        cache_key=keys.cache,
        answer_keys=world.cache.names,
        lease=world.cache.lease,
        currency=settings.billing_currency,
        files=folder.root,
        tables=folder.tables,
        jobs=stores.jobs,
        raw_answers=stores.answers,
        callback_url=world.callback_url,
        plugins=settings.plugins,
    )


def _announced(stores: Stores, log: JsonLog) -> Stores:
    """Have the log tell how far the ledger goes, each time that it is signed, and its outages."""
    stores.ledger.instance.announce = lambda head: log.event(
        "ledger", instance=head.instance, count=head.tip.count, head=head.mac
    )
    stores.ledger.commits.outage.told = log.event
    return stores


def _spent(catalog: Catalog, kit: Kit) -> tuple[Kit, CallerSpending]:
    """Keep callers to what they may spend, on top of what the ledger knows."""
    callers = [entry.spec for entry in catalog.callers.values()]
    spending = CallerSpending.of(callers, kit.clock, kit.history)
    return replace(kit, spending=spending), spending


@asynccontextmanager
async def _logging(streams: Streams, clock: Clock) -> AsyncIterator[JsonLog]:
    log = JsonLog(clock, streams.log, streams.protected)
    log.start()
    try:
        with routed(log):
            yield log
    finally:
        await log.aclose()


@dataclass(frozen=True, slots=True)
class _Outside:
    """What a server needs besides what the configuration says."""

    log: JsonLog
    listen: str | None
    tls: Tls | None


def _channel(composed: Composed, assembled: Assembled, kit: Kit, keys: Keys) -> DataChannel:
    return DataChannel(
        composed.pipeline,
        composed.desk,
        assembled.callers.identify,
        ReportTranslation(assembled.view(kit.currency).connectors, kit.currency),
        Fingerprint(keys.fingerprint),
        kit.clock,
    )


def _server(
    settings: Settings, channel: DataChannel, assembled: Assembled, kit: Kit, outside: _Outside
) -> GrpcioServer:
    view = assembled.view(settings.billing_currency)
    line = channel.pipeline
    identify, guards = assembled.callers.identify, assembled.guards
    catalog = CatalogChannel(view, identify, line.admit, line.decide, kit.clock, guards)
    listener = Listener(
        outside.listen or settings.listen.main,
        outside.tls,
        reflection=settings.reflection,
    )
    refuse = Statuses(outside.log.incident, kit.random)
    part = Structure(assembled.blueprints, kit.clock).part
    methods = main_methods(channel, catalog, part, refuse)
    return GrpcioServer(listener, methods, refuse, kit.clock)


@contextmanager
def _blamed(folder: Folder) -> Iterator[None]:
    """Lay what the settings ask for at the door of their file."""
    try:
        yield
    except ConfigError as error:
        if folder.settings is None:
            raise
        raise CatalogError(of_config(folder.settings, error)) from None


def secrets_of(settings: Settings, root: Path, env: Mapping[str, str]) -> ChainedSecrets:
    """Open the places where the settings say that secrets are."""
    shelves: list[Shelf] = []
    if settings.secrets.directory is not None:
        shelves.append(SecretFiles(root / settings.secrets.directory))
    if settings.secrets.env is not None:
        shelves.append(SecretVariables(env, settings.secrets.env))
    return ChainedSecrets(tuple(shelves))


def _tls(settings: Settings, root: Path) -> Tls | None:
    """Read the listener's certificates; raises `ConfigError` for one that can not be read."""
    tls = settings.tls
    if tls is None:
        return None
    findings = Findings()
    pem: dict[str, bytes] = {}
    for name, file in (("cert", tls.cert), ("key", tls.key), ("client_ca", tls.client_ca)):
        if file is None:
            continue
        try:
            pem[name] = (root / file).read_bytes()
        except OSError:
            findings.add(f"{file} can not be read", "tls", name)
    findings.close()
    return Tls(pem["cert"], pem["key"], pem.get("client_ca"))
