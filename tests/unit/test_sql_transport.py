"""Questions to a database: bound, read-only, exact, and capped."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.contract import Attempt, Transport, Wire
from connectors.errors import BrokeDown, Lost, NotSent, Unreadable
from connectors.faults import ConfigError
from connectors.transport.rows import write_rows
from connectors.transport.sql import Sql
from connectors.transport.statement import check_statement
from tests.standins import make_kit

QUERY = "select id_hash, reason, amount from blacklist where id_hash = :id_hash order by reason"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "lists.db")) as database, database:
        database.execute("create table blacklist (id_hash text, reason text, amount)")
        database.executemany(
            "insert into blacklist values (?, ?, ?)",
            [("a", "fraud", 12), ("a", "court", None), ("b", "'; drop table blacklist", 0.5)],
        )
    return tmp_path


@pytest.fixture
async def transport(files: Path) -> AsyncIterator[Transport]:
    opened = Sql(kind="sql", dsn="sqlite:///lists.db", max_rows=2).build(
        make_kit(files=files), "lists"
    )
    yield opened
    await opened.aclose()


def ask(statement: str = QUERY, **bound: object) -> Wire:
    return Wire(Attempt(), "SELECT", statement, bound=bound)


async def test_rows_are_answered_with_keys_in_column_order(transport: Transport) -> None:
    wire = ask(id_hash="a")
    reply = await transport.send(wire)

    assert reply.status == 200
    assert reply.body == (
        b'{"rows":[{"id_hash":"a","reason":"court","amount":null},'
        b'{"id_hash":"a","reason":"fraud","amount":12}]}'
    )
    assert wire.attempt.sent


async def test_nobody_on_the_list_is_no_rows(transport: Transport) -> None:
    assert (await transport.send(ask(id_hash="z"))).body == b'{"rows":[]}'


async def test_a_value_is_never_read_as_sql(transport: Transport) -> None:
    assert (await transport.send(ask(id_hash="a' or 'a'='a"))).body == b'{"rows":[]}'


async def test_more_rows_than_allowed_are_no_answer(transport: Transport) -> None:
    with pytest.raises(Unreadable):
        await transport.send(ask("select * from blacklist"))


async def test_an_answer_over_the_cap_is_not_read_to_its_end(transport: Transport) -> None:
    """This one has none."""
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    with pytest.raises(Unreadable):
        await transport.send(ask(endless))


async def test_the_database_is_opened_for_reading(transport: Transport, files: Path) -> None:
    with pytest.raises(BrokeDown):
        await transport.send(ask("delete from blacklist"))

    with closing(sqlite3.connect(files / "lists.db")) as database:
        assert database.execute("select count(*) from blacklist").fetchone() == (3,)


async def test_a_failure_of_the_statement_quotes_nothing(transport: Transport) -> None:
    wire = ask("select nothing from blacklist where id_hash = :id_hash", id_hash="11010519491231")
    with pytest.raises(BrokeDown) as caught:
        await transport.send(wire)

    assert "11010519491231" not in f"{caught.value} {caught.value.args!r}"
    assert "nothing" not in str(caught.value)


async def test_a_database_that_is_not_there_is_never_sent(tmp_path: Path) -> None:
    transport = Sql(kind="sql", dsn="sqlite:///none.db").build(make_kit(files=tmp_path), "lists")
    wire = ask(id_hash="a")
    with pytest.raises(NotSent):
        await transport.send(wire)
    await transport.aclose()
    # aiosqlite does not wait for the thread of an open that failed, and the loop would be gone.
    for thread in threading.enumerate():
        if "connection_worker" in thread.name:
            await asyncio.to_thread(thread.join)

    assert not wire.attempt.sent
    assert not (tmp_path / "none.db").exists()


async def test_a_server_that_is_not_there_is_never_sent(tmp_path: Path) -> None:
    dsn = "postgresql://nobody@127.0.0.1:1/none"
    transport = Sql(kind="sql", dsn=dsn).build(make_kit(files=tmp_path), "lists")
    with pytest.raises(NotSent):
        await transport.send(ask(id_hash="a"))
    await transport.aclose()


async def test_a_real_server_is_read_exactly_and_never_written(postgres: str) -> None:
    transport = Sql(kind="sql", dsn=postgres, max_rows=3).build(make_kit(), "lists")
    typed = "select 1.10::numeric as a, date '2026-01-02' as d, :x as x"
    reply = await transport.send(ask(typed, x="测"))
    with pytest.raises(Lost):
        await transport.send(ask("create table written (a int)"))
    with pytest.raises(Unreadable):
        await transport.send(ask("select * from generate_series(1, 1000000)"))
    with pytest.raises(BrokeDown):
        await transport.send(ask("select 1 / 0"))
    with pytest.raises(Lost):
        await transport.send(ask("select pg_terminate_backend(pg_backend_pid())"))
    again = await transport.send(ask("select 1 as a"))
    await transport.aclose()

    assert reply.body.startswith('{"rows":[{"a":1.10,"d":"2026-01-02","x":"测"'.encode())
    assert again.body == b'{"rows":[{"a":1}]}'


async def test_the_server_is_told_that_we_only_read_and_for_how_long(postgres: str) -> None:
    """So that it holds even for a function that a SELECT calls, and for us when we are gone."""
    transport = Sql.model_validate(
        {"kind": "sql", "dsn": postgres, "statement_timeout": "200ms"}
    ).build(make_kit(), "lists")
    settings = (
        "select current_setting('transaction_read_only') as a,"
        " current_setting('default_transaction_read_only') as b,"
        " current_setting('statement_timeout') as c"
    )
    reply = await transport.send(ask(settings))
    slow = ask("select pg_sleep(20)")
    with pytest.raises(Lost):
        await transport.send(slow)
    with pytest.raises(Lost):
        await transport.send(ask("select lo_create(0)"))
    again = await transport.send(ask("select 1 as a"))
    await transport.aclose()

    assert reply.body == b'{"rows":[{"a":"on","b":"on","c":"200ms"}]}'
    assert slow.attempt.sent
    assert again.status == 200


async def test_who_waits_for_the_pool_has_not_sent(postgres: str) -> None:
    config = {
        "kind": "sql",
        "dsn": postgres,
        "connect_timeout": "200ms",
        "pool": {"max_connections": 1},
    }
    transport = Sql.model_validate(config).build(make_kit(), "lists")
    first = asyncio.create_task(transport.send(ask("select pg_sleep(1)")))
    await asyncio.sleep(0.1)
    waiting = ask("select 1")
    with pytest.raises(NotSent):
        await transport.send(waiting)
    await first
    await transport.aclose()

    assert not waiting.attempt.sent


async def test_a_file_has_a_time_limit_too_and_its_thread_comes_back(files: Path) -> None:
    transport = Sql.model_validate(
        {"kind": "sql", "dsn": "sqlite:///lists.db", "statement_timeout": "100ms"}
    ).build(make_kit(files=files), "lists")
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    for _ in range(2):
        with pytest.raises(Lost):
            await transport.send(ask(endless))
    reply = await transport.send(ask("select 1 as a"))
    await transport.aclose()

    assert reply.body == b'{"rows":[{"a":1}]}'


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://reader:one@two:s3cret@host/lists",
        "postgresql://reader:one@host:s3cret/lists",
        "postgresql://reader@host/lists?prepared_statement_cache_size=s3cret",
    ],
)
def test_a_dsn_that_is_none_is_not_quoted(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Sql(kind="sql", dsn=dsn).build(make_kit(files=tmp_path), "lists")

    assert caught.value.findings[0].at == ("dsn",)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "dsn",
    ["lists.db", "mysql://host/name", "sqlite://", "sqlite:///:memory:", "sqlite:///../lists.db",
     "sqlite+pysqlite:///lists.db", "sqlite:///file:lists.db?mode=rwc"],
)  # fmt: skip
def test_a_dsn_names_a_database_that_can_be_read_without_blocking(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Sql(kind="sql", dsn=dsn).build(make_kit(files=tmp_path), "lists")


@pytest.mark.parametrize(
    "statement",
    [
        QUERY,
        "SELECT 1 WHERE :id_hash = ';'",
        'with x as (select 1) select "update" from x where y::text = :id_hash',
        "select updated_at, 'it''s; drop' from t where id_hash = :id_hash",
    ],
)
def test_a_plain_question_may_be_asked(statement: str) -> None:
    check_statement(statement, ["id_hash"])


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "delete from t where id_hash = :id_hash",
        "select 1 where :id_hash = '1'; drop table t",
        "select 1 where :id_hash = '1';",
        "select 1 where :id_hash = '1' -- rest",
        "select 1 /* ; */ where :id_hash = '1'",
        "with gone as (delete from t returning *) select * from gone where :id_hash = '1'",
        "select * into copied from t where :id_hash = '1'",
        "select * from t where :id_hash = '1' for update",
        "select $$;$$ where :id_hash = '1'",
        r"select E'\'; drop table t' where :id_hash = '1'",
        "select 'open where :id_hash = 1",
        "pragma user_version",
        "select 1",
        "select :id_hash, :other",
    ],
)
def test_anything_else_is_told_at_load(statement: str) -> None:
    with pytest.raises(ConfigError):
        check_statement(statement, ["id_hash"])


def test_values_are_written_exactly() -> None:
    row = (
        Decimal("12345678901234567890.10"),
        Decimal("1E+3"),
        0.1,
        2**70,
        True,
        date(2026, 1, 2),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        b"\x00\xff",
        "测试\n",
        [1, {"a": Decimal("0.10")}],
    )
    written = write_rows("abcdefghij", [row]).decode()

    assert written == (
        '{"rows":[{"a":12345678901234567890.10,"b":1000,"c":0.1,"d":1180591620717411303424,'
        '"e":true,"f":"2026-01-02","g":"2026-01-02T03:04:05+00:00","h":"00ff","i":"测试\\n",'
        '"j":[1,{"a":0.10}]}]}'
    )
    assert json.loads(written)


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("ab", (1,)),
        ("aa", (1, 2)),
        ("a", (Decimal("NaN"),)),
        ("a", (float("inf"),)),
        ("a", (object(),)),
    ],
)
def test_what_can_not_be_said_is_not_said(columns: str, row: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any
        write_rows(columns, [row])
