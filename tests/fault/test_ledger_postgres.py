"""A PostgreSQL that dies, hangs or loses its word, under a ledger that must not."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.store.ledger.contract import Resolved, Source, Taken
from gateway.store.ledger.postgres.connecting import connect
from gateway.store.ledger.postgres.opening import at_url
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify
from gateway.store.writing.patience import PATIENCE

from ..ledger_databases import Database, database
from ..ledger_rows import GRANT, KEY, claim, ending, means, question
from ..postgres import running

PAID = Effect.CHARGEABLE


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """One of our own: it is killed."""
    with running() as started:
        yield started


@pytest.fixture
async def home(server: Any, tmp_path: Path) -> AsyncIterator[Database]:
    async with database("postgresql", tmp_path, server.get_uri) as found:
        yield found


class Writers:
    """Writes intents as fast as it can, and remembers what it was told of each."""

    def __init__(self, ledger: StoredLedger) -> None:
        self.ledger = ledger
        self._stop = False
        self.told: set[str] = set()
        self.failed: set[str] = set()
        self.slowest = 0.0
        self._tasks = [asyncio.create_task(self._write(name)) for name in range(16)]

    async def _write(self, name: int) -> None:
        loop, number = asyncio.get_running_loop(), 0
        while not self._stop:
            call_id, begun = f"call-{name}-{number}", loop.time()
            number += 1
            try:
                await self.ledger.intent(question(call_id), PAID)
                self.told.add(call_id)
            except LedgerDown:
                self.failed.add(call_id)
                self.slowest = max(self.slowest, loop.time() - begun)
                await asyncio.sleep(0.01)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not reached():
                await asyncio.sleep(0.01)

    async def written_more(self, count: int) -> None:
        target = len(self.told) + count
        await self.until(lambda: len(self.told) >= target)

    async def failed_more(self, count: int) -> None:
        target = len(self.failed) + count
        await self.until(lambda: len(self.failed) >= target)

    async def end(self) -> None:
        self._stop = True
        await asyncio.gather(*self._tasks)


@asynccontextmanager
async def under_load(ledger: StoredLedger) -> AsyncIterator[Writers]:
    await ledger.start()
    writers = Writers(ledger)
    try:
        await writers.written_more(50)
        yield writers
        await writers.end()
    finally:
        await writers.end()
        await ledger.aclose()


async def settled(home: Database, writers: Writers) -> None:
    """Hold what stands in the tables against what the writers were told."""
    rows = {call_id for (call_id,) in await home.ask("SELECT call_id FROM intents")}
    assert writers.told <= rows
    async with home.opened() as ledger:
        assert (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks == ()


async def test_a_database_that_dies_fails_closed_and_loses_nothing(
    home: Database, server: Any
) -> None:
    async with under_load(at_url(home.url, means())) as writers:
        said: list[str] = []
        writers.ledger.commits.outage.told = lambda event, **_: said.append(event)
        os.kill(server.get_pid(), signal.SIGQUIT)
        await writers.failed_more(40)
        server.ensure_postgres_running()
        await writers.written_more(50)
        assert said[0] == "ledger_lost"
        assert said[-1] == "ledger_found"

    assert PATIENCE < 0.25
    # The machine may be busy; what is promised is the timer, not its turn.
    assert writers.slowest < 2.0
    await settled(home, writers)


async def test_a_writer_that_is_cut_off_goes_on(home: Database) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'bureau-gateway' AND datname = current_database()"
    )
    async with under_load(at_url(home.url, means())) as writers:
        for _ in range(5):
            await home.ask(cut)
            await writers.written_more(30)

    await settled(home, writers)


async def test_a_database_that_hangs_keeps_nobody(home: Database) -> None:
    async with under_load(at_url(home.url, means())) as writers:
        ((pid,),) = await home.ask(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'bureau-gateway' "
            "AND datname = current_database()"
        )
        os.kill(pid, signal.SIGSTOP)
        try:
            await writers.failed_more(40)
        finally:
            os.kill(pid, signal.SIGCONT)
        await writers.written_more(50)

    assert writers.slowest < 2.0
    await settled(home, writers)


class Forgetful:
    """A connection whose next commit is made, and the word of it lost."""

    def __init__(self, connection: Any, forgets: list[bool]) -> None:
        self._connection = connection
        self._forgets = forgets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, sql: str) -> Any:
        done = await self._connection.execute(sql)
        if sql == "COMMIT" and self._forgets.pop():
            self._connection.terminate()
            raise asyncpg.ConnectionDoesNotExistError
        return done


def forgetting(forgets: list[bool]) -> Callable[[str], Awaitable[Any]]:
    async def made(dsn: str) -> Forgetful:
        return Forgetful(await connect(dsn), forgets)

    return made


async def test_a_commit_whose_word_is_lost_is_looked_up(home: Database) -> None:
    forgets: list[bool] = [False] * 20 + [True] + [False] * 3
    ledger = at_url(home.url, means(), connect=forgetting(forgets))
    await ledger.start()
    await ledger.intent(question("call-1"), PAID)
    while forgets:
        await ledger.intent(question(f"call-{len(forgets) + 1}"), PAID)
    forgets += [False] * 20
    count = len(await ledger.calls("lender", "i-1"))
    await ledger.aclose()

    assert await home.ask("SELECT count(DISTINCT call_id) FROM intents") == [(count,)]


async def test_many_processes_write_at_once(home: Database) -> None:
    ledgers = [home.ledger() for _ in range(3)]
    await asyncio.gather(*(ledger.start() for ledger in ledgers))
    results = await asyncio.gather(
        *(ledger.inquiry(GRANT, claim()) for ledger in ledgers for _ in range(10)),
        *(
            ledger.intent(question(f"call-{name}-{number}", PAID, "i-2"), PAID)
            for name, ledger in enumerate(ledgers)
            for number in range(100)
        ),
        return_exceptions=True,
    )
    await asyncio.gather(*(ledger.aclose() for ledger in ledgers))

    assert Counter(map(type, results)) == {Taken: 29, type(None): 301}
    async with home.opened() as ledger:
        assert (await verify(ledger.reading, ledger.instance.heads, KEY)).breaks == ()


async def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    ledger = at_url(f"postgresql://u:canary@/x?host={tmp_path}/nowhere", means())

    with pytest.raises(LedgerDown, match="can not be reached") as caught:
        await ledger.start()
    await ledger.aclose()
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None


async def test_a_start_tells_a_login_that_is_refused_from_tables_that_can_not_be_made(
    home: Database,
) -> None:
    name, said = f"reader_{uuid4().hex}", {}
    await home.ask(f"CREATE ROLE {name} LOGIN PASSWORD 'canary'")
    await home.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    there = make_url(home.url)
    for url in (
        there.set(username=name, password="canary"),
        there.set(username=f"no_{name}"),
        there.set(database="nowhere"),
    ):
        ledger = at_url(url.render_as_string(hide_password=False), means())
        with pytest.raises(LedgerDown) as caught:
            await ledger.start()
        await ledger.aclose()
        said[str(caught.value)] = repr(caught.value)

    assert list(said) == [
        "the ledger's tables can not be brought up to date (ProgrammingError 42501)",
        "the ledger's database refuses our login",
        "the ledger's server has no database of that name",
    ]
    assert "canary" not in repr(said)


@asynccontextmanager
async def locked(home: Database, name: str) -> AsyncIterator[Any]:
    """Be in the middle of a commit that concerns a call, or an instance."""
    connection = await asyncpg.connect(home.url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
            yield connection
    finally:
        await connection.close()


async def until_somebody_waits(home: Database) -> None:
    async with asyncio.timeout(10):
        while not await home.ask("SELECT 1 FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)


async def test_of_two_processes_that_say_an_end_the_second_looks_at_the_first(
    home: Database,
) -> None:
    async with home.opened() as ledger:
        await ledger.intent(question("c"), Effect.CHARGEABLE)
        (call,) = await ledger.calls("lender", "i-1")
        async with locked(home, "c") as other:
            saying = asyncio.create_task(ledger.resolve(call, ending(), Source.BY_HAND))
            await until_somebody_waits(home)
            await other.execute(
                "INSERT INTO outcomes VALUES (nextval('ledger_seq'), 'c', 'NO_HIT', 'NO', '0', "
                "'EUR', '', 0, 'status_query', '', 'today', 'another', 1, 'hash')"
            )
        with pytest.raises(Resolved):
            await saying

    assert await home.ask("SELECT source FROM outcomes") == [("status_query",)]


async def test_a_new_connection_waits_for_the_commit_that_the_last_one_gave_up(
    home: Database,
) -> None:
    async with home.opened() as ledger:
        await ledger.intent(question("before"), Effect.FREE)
        async with locked(home, ledger.instance.chain.instance):
            await home.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' "
                "AND application_name = 'bureau-gateway' AND datname = current_database()"
            )
            with pytest.raises(LedgerDown):
                await ledger.intent(question("meanwhile"), Effect.FREE)
        await ledger.intent(question("after"), Effect.FREE)

    rows = await home.ask("SELECT call_id FROM intents ORDER BY seq")
    assert rows == [("before",), ("after",)]
