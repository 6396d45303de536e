"""The power fails: nothing that was acknowledged is lost, and the chain still holds."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from random import Random
from uuid import uuid4

from connectors.errors import LedgerDown
from connectors.words import Effect
from gateway.store.ledger.chain.shortfall import shortfall
from gateway.store.ledger.contract import Claim
from gateway.store.ledger.sqlite.connecting import prepare, settle
from gateway.store.ledger.sqlite.opening import inline
from gateway.store.ledger.sqlite.reading import InlineReading
from gateway.store.ledger.stored import StoredLedger
from gateway.store.ledger.verify import verify
from gateway.store.writing.steps import run

from ..bars import record
from ..counts import count, seed
from ..heads_in_memory import HeadsInMemory
from ..ledger_rows import EXPIRES, GRANT, KEY, ending, means, question
from ..power import Disk, DiskVfs, PoweredConnection, Stored

CUTS = count(200, 10_000)
FILE = "/ledger.db"


@cache
def schema() -> tuple[str, ...]:
    """Read what the migrations make: the power fails over the real tables."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        prepare(made, KEY)
        rows = made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return tuple(sql for (sql,) in rows)


def opened(name: str) -> PoweredConnection:
    connection = PoweredConnection(name, FILE)
    settle(connection)
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
        connection.execute("BEGIN")
        for statement in schema():
            connection.execute(statement)
        connection.execute("COMMIT")
    return connection


class Machine:
    """Runs a ledger on a disk until its power fails, again and again."""

    def __init__(self, seed: str, synchronous: str = "FULL") -> None:
        self.random = Random(seed)
        self.files: Mapping[str, Stored] = {}
        self.heads = HeadsInMemory(KEY)
        self.synchronous = synchronous
        self.acknowledged: set[str] = set()
        self.number = 0

    @contextmanager
    def powered(self, fuse: int) -> Iterator[tuple[Disk, str]]:
        """Give a disk, and its name as a file system, until its power is cut."""
        disk, name = Disk(self.random, self.files, fuse), f"power-{uuid4().hex}"
        vfs = DiskVfs(name, disk)
        try:
            yield disk, name
        finally:
            disk.cut_power()
            self.files = disk.left or {}
            vfs.unregister()

    async def live(self) -> None:
        """Write until the power fails, wherever that is: in a start, a commit, a checkpoint."""
        with self.powered(self.random.randint(1, 300)) as (disk, name):
            connection = opened(name)
            connection.execute(f"PRAGMA synchronous = {self.synchronous}")
            ledger = inline(connection, means(seed=self.random.getrandbits(32)), self.heads)
            await ledger.start()
            while disk.left is None:
                many = (self.write(ledger, disk) for _ in range(self.random.randint(1, 8)))
                await asyncio.gather(*many)
                if disk.left is None:
                    await ledger.instance.mark()
                if self.random.random() < 0.1:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            await ledger.commits.aclose()
            connection.close()

    async def write(self, ledger: StoredLedger, disk: Disk) -> None:
        self.number += 1
        call_id = f"call-{self.number}"
        if self.random.random() < 0.3:
            await ledger.inquiry(GRANT, Claim("lender", call_id, "f", EXPIRES))
        await ledger.intent(question(call_id), Effect.CHARGEABLE)
        if disk.left is None:
            self.acknowledged.add(f"intent {call_id}")
        if self.random.random() < 0.7:
            await ledger.outcome(question(call_id), ending())
            if disk.left is None:
                self.acknowledged.add(f"outcome {call_id}")

    async def holds(self) -> bool:
        """Start again, and tell whether all is there and the chain is whole."""
        with self.powered(10**9) as (_, name), closing(opened(name)) as connection:
            calls, outcomes = (
                {f"{row} {call_id}" for (call_id,) in connection.execute(ids).fetchall()}
                for row, ids in _IDS.items()
            )
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            report = await verify(InlineReading(connection), self.heads, KEY)
            # Heads are on a disk of their own here, and lose nothing: a start that compares
            # with them is not kept from what a power cut leaves.
            known = await self.heads.all()
            short = run(shortfall(known), lambda *asked: connection.execute(*asked).fetchall())
            is_whole = sound and short is None and not report.breaks
            return is_whole and self.acknowledged <= calls | outcomes


_IDS = {"intent": "SELECT call_id FROM intents", "outcome": "SELECT call_id FROM outcomes"}


async def kept(seed: str, lives: int, synchronous: str = "FULL") -> bool:
    """Tell whether all that was acknowledged outlives a few power cuts."""
    machine = Machine(seed, synchronous)
    try:
        for _ in range(lives):
            await machine.live()
            if not await machine.holds():
                return False
    except (sqlite3.DatabaseError, LedgerDown):
        return False
    return True


async def test_no_acknowledged_row_is_lost_to_the_power() -> None:
    first = seed(4)
    failed = [n for n in range(CUTS // 4) if not await kept(f"{first}-{n}", 4)]

    record("power", f"{CUTS:,} cuts: {len(failed)} lives lost rows, SEED={first}")
    assert failed == []


async def test_without_syncs_rows_would_be_lost() -> None:
    """Shows that these power cuts do cut."""
    first = seed(4)
    lives = [await kept(f"{first}-{n}", 2, "OFF") for n in range(20)]

    assert not all(lives)
