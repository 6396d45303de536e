"""One call of one connector: granted and written down like any other, and seen from both ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from connectors.assembly import assemble
from connectors.assembly.built import Built
from connectors.bureau import Bureau, BureauSpec
from connectors.connector import Connector
from connectors.contract import Query
from connectors.errors import ConnectorError
from connectors.faults import ConfigError
from connectors.kit import Kit
from connectors.policy.ledger import Owned
from connectors.rehearsal.scene import Ended
from connectors.spec import ConnectorSpec

from ...catalog.reading import CatalogError, Entry
from .books import opened_books
from .closing import closed
from .folder import OpenFolder
from .question import Granting, Question
from .tap import Exchange, Tap, Witnessed


@dataclass(frozen=True, slots=True)
class Order:
    """What to ask of whom, and how patiently."""

    connector: str
    question: Question
    deadline: float
    """Seconds."""
    attempts: int = 1
    ledger: Path | None = None
    """Instead of the folder's own."""


@dataclass(frozen=True, slots=True)
class Called:
    """What was asked, what went to and fro, and how it ended."""

    spec: ConnectorSpec
    query: Query = field(repr=False)
    exchanges: tuple[Exchange, ...] = field(repr=False)
    ended: Ended
    call_id: str
    tokens: frozenset[str] = field(repr=False)
    """What a login gave."""


async def called(folder: OpenFolder, order: Order) -> Called:
    """
    Ask once.

    Raises `CatalogError` for what can not be built, `GatewayError` where it may
    not be asked, and `LedgerDown` where it can not be written down.
    """
    spec = folder.connector(order.connector).spec
    async with opened_books(folder, order.ledger) as books, _line(folder, order, books.kit) as line:
        clock = books.kit.clock
        deadline = clock.now() + order.deadline
        granting = Granting(spec, folder, clock, books.keys.subject_token, books.records)
        granted = await granting(order.question, str(uuid4()), deadline)
        query = granted.query(spec.name, lambda: deadline, order.question.known())
        try:
            reply = await line.built.call(query)
            ended, call_id = Ended.well(reply), reply.call_id
        except ConnectorError as error:
            ended, call_id = Ended.badly(error), error.call_id
    exchanges = tuple(line.tap.exchanges)
    return Called(spec, query, exchanges, ended, call_id, frozenset(line.given))


@dataclass(frozen=True, slots=True)
class _Line:
    """A connector that can be asked, and what is seen of it."""

    built: Built
    tap: Tap
    given: set[str] = field(repr=False)


@asynccontextmanager
async def _line(folder: OpenFolder, order: Order, kit: Kit) -> AsyncIterator[_Line]:
    """Build the connector, and stay with it until all is settled that was paid for."""
    entry = folder.connector(order.connector)
    bureau = folder.bureau(entry.spec.bureau)
    owned, given = Owned(), set[str]()
    transport = _blamed(bureau, kit).transport
    tap = Tap(transport)
    try:
        built = _built(entry, _blamed(bureau, kit, tap), kit, _Watch(order, tap, given, owned))
        try:
            yield _Line(built, tap, given)
        finally:
            if built.jobs is not None:
                await built.jobs.aclose()
            await owned.settled()
    finally:
        await closed(transport, bureau.spec, kit.clock)


@dataclass(frozen=True, slots=True)
class _Watch:
    """What is noted of a connector while it asks."""

    order: Order
    tap: Tap
    given: set[str]
    owned: Owned

    def witnessed(self, connector: Connector) -> Connector:
        auth = Witnessed(connector.auth, self.tap, self.given, may_renew=self.order.attempts > 1)
        return replace(connector, auth=auth)


def _built(entry: Entry[ConnectorSpec], bureau: Bureau, kit: Kit, watch: _Watch) -> Built:
    spec = entry.spec
    retry = spec.retry.model_copy(update={"max_attempts": watch.order.attempts})
    once = spec.model_copy(update={"retry": retry})
    try:
        parts = assemble(once, kit, bureau).through(watch.witnessed)
        return once.layered(parts, kit, bureau, watch.owned)
    except ConfigError as error:
        raise CatalogError(entry.blame(error)) from None


def _blamed(entry: Entry[BureauSpec], kit: Kit, instead: Tap | None = None) -> Bureau:
    try:
        return entry.spec.build(kit, instead)
    except ConfigError as error:
        raise CatalogError(entry.blame(error)) from None
