"""What bureaus answered, sealed, so that a new mapping can be tried on old answers."""

from __future__ import annotations

import asyncio
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import orjson

from connectors.contract import Query
from connectors.errors import LedgerDown
from connectors.kit import Clock, RawAnswer

from ..security.keys import length_prefixed
from .sealing import Sealer, Unsealable
from .writing.batch_writer import BatchWriter
from .writing.group_commit import GroupCommit
from .writing.grouped import Grouped

PATIENCE = 5.0
"""Seconds; nobody waits, so a slow disk costs answers only once the queue is full."""

_TABLE = """
    CREATE TABLE IF NOT EXISTS answers (
        call_id TEXT PRIMARY KEY, tenant TEXT NOT NULL, connector TEXT NOT NULL,
        version TEXT NOT NULL, subject_token TEXT NOT NULL, at TEXT NOT NULL,
        kept_until TEXT NOT NULL, sealed TEXT NOT NULL
    )
"""

_INSERT = """
    INSERT OR REPLACE INTO answers SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
        json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'),
        json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]')
    FROM json_each(?)
"""


_FORGET = """
    DELETE FROM answers WHERE kept_until < (SELECT json_extract(value, '$[0]') FROM json_each(?))
"""


class NoAnswers:
    """Keeps nothing: where no store of answers is configured."""

    lost = 0

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def forget(self) -> None: ...

    def keep(self, query: Query, answer: RawAnswer) -> None: ...


class SealedAnswers:
    """
    Keeps raw answers in one SQLite file, each sealed to its call.

    Nobody waits for it, and it fails alone: an answer that can not be kept is
    counted in `lost`, and the inquiry goes on.
    """

    def __init__(self, file: Path, sealer: Sealer, clock: Clock, kept_for: float) -> None:
        self._sealer = sealer
        self._clock = clock
        self._kept_for = timedelta(seconds=kept_for)
        writer = BatchWriter(partial(_connect, file, clock), Grouped())
        self._commits = GroupCommit(writer, patience=PATIENCE)
        self.lost = 0

    async def start(self) -> None:
        await self._commits.start()

    async def aclose(self) -> None:
        await self._commits.aclose()

    async def forget(self) -> None:
        """Delete what is kept no longer; raises `LedgerDown` where that can not be done now."""
        await self._commits.put((_FORGET, (self._clock.utc().isoformat(),)))

    def keep(self, query: Query, answer: RawAnswer) -> None:
        call, standing = query.attempt.call_id, query.standing
        sealed = self._sealer.seal(_written(answer), _place(call))
        kept_until = self._clock.utc() + self._kept_for
        row = (
            *(call, standing.tenant, answer.connector, answer.version, standing.subject_token),
            *(answer.retrieved_at.isoformat(), kept_until.isoformat(), b64encode(sealed).decode()),
        )
        try:
            self._commits.put((_INSERT, row)).add_done_callback(self._count)
        except LedgerDown:
            self.lost += 1

    def _count(self, written: asyncio.Future[None]) -> None:
        if written.cancelled() or written.exception() is not None:
            self.lost += 1


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One raw answer, opened."""

    call_id: str
    subject_token: str = field(repr=False)
    answer: RawAnswer


@dataclass(frozen=True, slots=True)
class AnswersReader:
    """Reads raw answers back, for replays."""

    file: Path
    sealer: Sealer
    clock: Clock

    def of(self, connector: str, most: int) -> Iterator[KeptAnswer]:
        """
        Give the answers of a connector, the newest first.

        What does not open is left out, and what is kept no longer, deleted or not.
        """
        query = (
            "SELECT call_id, subject_token, version, at, sealed FROM answers "
            "WHERE connector = ? AND kept_until >= ? ORDER BY at DESC LIMIT ?"
        )
        now = self.clock.utc().isoformat()
        with closing(sqlite3.connect(f"{self.file.resolve().as_uri()}?mode=ro", uri=True)) as file:
            rows = file.execute(query, (connector, now, most)).fetchall()
        for call_id, subject_token, version, at, sealed in rows:
            try:
                opened = self.sealer.open(self.sealer.current, b64decode(sealed), _place(call_id))
            except Unsealable:
                continue
            answer = _read(opened, connector, version, datetime.fromisoformat(at))
            yield KeptAnswer(call_id, subject_token, answer)


def _connect(file: Path, clock: Clock) -> sqlite3.Connection:
    """Open the file for its one writer, and forget what is kept no longer."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    connection = sqlite3.connect(file, timeout=1.0, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(_TABLE)
        connection.execute(_FORGET, (orjson.dumps([[clock.utc().isoformat()]]).decode(),))
    except BaseException:
        connection.close()
        raise
    return connection


def _place(call_id: str) -> bytes:
    return length_prefixed("answer", call_id)


def _written(answer: RawAnswer) -> bytes:
    return orjson.dumps([answer.status, dict(answer.headers), b64encode(answer.document).decode()])


def _read(opened: bytes, connector: str, version: str, at: datetime) -> RawAnswer:
    status, headers, document = orjson.loads(opened)
    return RawAnswer(connector, version, status, headers, b64decode(document), at)
