"""Raw answers at rest: sealed to their call, forgotten in time, and never in anybody's way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from connectors.contract import Attempt, Query
from connectors.kit import RawAnswer
from gateway.store.raw_answers import AnswersReader, KeptAnswer, NoAnswers, SealedAnswers
from gateway.store.sealing import Sealer
from tests.one_connector import question

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = 86_400.0
CANARY = "canary-of-a-person"


class Calendar:
    """A clock whose day is turned by hand."""

    def __init__(self) -> None:
        self.day = 0.0

    def now(self) -> float:
        return self.day * DAY

    def utc(self) -> datetime:
        return NOW + timedelta(days=self.day)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def sealer(key: bytes = b"k" * 32) -> Sealer:
    return Sealer("1", {"1": key}, Random(1))


def query(call_id: str) -> Query:
    asked = question()
    standing = replace(asked.standing, subject_token="token-of-a-subject")
    return replace(asked, standing=standing, attempt=Attempt(1, call_id, "ref"))


def answer(at: datetime = NOW, connector: str = "score") -> RawAnswer:
    document = f'{{"name":"{CANARY}"}}'.encode()
    return RawAnswer(connector, "1.2.0", 200, {"x-trace": CANARY}, document, at)


async def stored(file: Path, clock: Calendar, *answers: tuple[str, RawAnswer]) -> SealedAnswers:
    store = SealedAnswers(file, sealer(), clock, 30 * DAY)
    await store.start()
    for call_id, one in answers:
        store.keep(query(call_id), one)
    await store.aclose()
    return store


def everything(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())


def read(
    file: Path, key: bytes = b"k" * 32, most: int = 10, clock: Calendar | None = None
) -> list[KeptAnswer]:
    return list(AnswersReader(file, sealer(key), clock or Calendar()).of("score", most))


async def test_what_is_kept_is_read_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "data" / "answers.db"
    store = await stored(file, Calendar(), ("call-1", answer()))

    assert read(file) == [KeptAnswer("call-1", "token-of-a-subject", answer())]
    assert store.lost == 0


async def test_nothing_of_a_person_can_be_read_without_the_key(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    await stored(file, Calendar(), ("call-1", answer()))

    written = everything(tmp_path)
    assert b"call-1" in written
    assert CANARY.encode() not in written
    assert read(file, b"o" * 32) == []
    assert file.stat().st_mode & 0o077 == 0


async def test_an_answer_that_is_moved_to_another_call_does_not_open(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    await stored(file, Calendar(), ("call-1", answer()))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE answers SET call_id = 'call-2'")

    assert read(file) == []


async def test_the_newest_come_first_and_only_those_of_the_connector(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    days = [(f"call-{day}", answer(NOW + timedelta(days=day))) for day in range(3)]
    await stored(file, Calendar(), *days, ("other", answer(connector="other")))

    assert [one.call_id for one in read(file, most=2)] == ["call-2", "call-1"]


async def test_what_is_kept_no_longer_is_gone_at_the_next_start(tmp_path: Path) -> None:
    file, clock = tmp_path / "answers.db", Calendar()
    await stored(file, clock, ("old", answer()))
    clock.day = 29.0
    await stored(file, clock, ("new", answer()))
    assert {one.call_id for one in read(file)} == {"old", "new"}

    clock.day = 31.0
    await stored(file, clock)

    assert {one.call_id for one in read(file)} == {"new"}


async def test_what_is_kept_no_longer_is_given_to_nobody(tmp_path: Path) -> None:
    file, clock = tmp_path / "answers.db", Calendar()
    await stored(file, clock, ("old", answer()))
    clock.day = 31.0

    assert read(file, clock=clock) == []


async def test_what_is_kept_no_longer_is_forgotten_while_we_run(tmp_path: Path) -> None:
    file, clock = tmp_path / "answers.db", Calendar()
    store = SealedAnswers(file, sealer(), clock, 30 * DAY)
    await store.start()
    store.keep(query("old"), answer())
    clock.day = 29.0
    store.keep(query("new"), answer())
    clock.day = 31.0
    await store.forget()
    await store.aclose()

    assert {one.call_id for one in read(file)} == {"new"}


async def test_what_can_not_be_kept_is_counted_and_raises_nothing(tmp_path: Path) -> None:
    store = await stored(tmp_path / "answers.db", Calendar())
    store.keep(query("after the end"), answer())
    assert store.lost == 1

    store = SealedAnswers(tmp_path / "other.db", sealer(), Calendar(), DAY)
    await store.start()
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("DROP TABLE answers")
    store.keep(query("without a table"), answer())
    await store.aclose()

    assert store.lost == 1


async def test_without_a_store_nothing_is_kept() -> None:
    store = NoAnswers()
    await store.start()
    store.keep(query("call-1"), answer())
    await store.aclose()

    assert store.lost == 0


def test_a_person_does_not_print(tmp_path: Path) -> None:
    kept = KeptAnswer("call-1", "token-of-a-subject", answer())

    assert CANARY not in repr(kept)
    assert "token-of-a-subject" not in repr(kept)
    with pytest.raises(sqlite3.OperationalError):
        read(tmp_path / "nowhere.db")
