"""
Today's tables, on SQLite and PostgreSQL; rows of the first ledger (`user_version` 1) go along.

A row that was written before there was a chain becomes a link of one that is
called `before`: it can not be known whether it was changed until then, and is from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from connectors.errors import LedgerDown
from gateway.store.ledger.chain.links import genesis, link

revision = "0001"
down_revision = None

BEFORE = "before"
"""The instance of all rows that are older than instances."""

_COPY = {
    "inquiries": "inquiry_id, tenant, caller, product, purpose, consent_id, consent_expires_at, "
    "subject_token, decision, reason, connectors, config_version, at",
    "intents": "call_id, attempt, inquiry_id, tenant, coalesce((SELECT caller "
    "FROM v1_inquiries AS q WHERE q.tenant = v1_intents.tenant "
    "AND q.inquiry_id = v1_intents.inquiry_id ORDER BY q.seq DESC LIMIT 1), ''), "
    "connector, effect, '0', '', subject_token, purpose, "
    "consent_id, config_version, our_reference, at",
    "outcomes": "call_id, outcome, billed, cost, currency, bureau_reference, "
    "CAST(round(latency_ms * 1000) AS INTEGER), 'attempt', '', at",
    "served": "inquiry_id, tenant, connector, served_from, call_id, at",
}
"""What of the first ledger's tables becomes today's columns."""


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    first = sqlite and _version(connection) == 1
    if first:
        _set_aside(connection)
    _chained()
    _beside()
    for table in _COPY:
        for statement in _append_only(table, sqlite=sqlite):
            op.execute(statement)
    if first:
        _take_over(connection)
    if sqlite:
        # So that the gateway before this one refuses what it can not read.
        op.execute("PRAGMA user_version = 2")


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null)


def _link(*columns: sa.Column[Any]) -> list[sa.Column[Any]]:
    wide = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return [
        sa.Column("seq", wide, primary_key=True, autoincrement=False),
        *columns,
        *(_text("instance"), sa.Column("chain_seq", wide, nullable=False), _text("hash")),
    ]


def _chained() -> None:
    op.create_table(
        "inquiries",
        *_link(
            *map(_text, ("inquiry_id", "tenant", "caller", "product")),
            *(_text(name, null=True) for name in ("purpose", "consent_id", "consent_expires_at")),
            *map(_text, ("subject_token", "decision", "reason", "connectors")),
            *map(_text, ("config_version", "at")),
        ),
    )
    op.create_table(
        "intents",
        *_link(
            *(_text("call_id"), sa.Column("attempt", sa.Integer, nullable=False)),
            *map(_text, ("inquiry_id", "tenant", "caller", "connector", "effect", "price")),
            *map(_text, ("currency", "subject_token", "purpose")),
            _text("consent_id", null=True),
            *map(_text, ("config_version", "our_reference", "at")),
        ),
    )
    op.create_table(
        "outcomes",
        *_link(
            *map(_text, ("call_id", "outcome", "billed", "cost", "currency", "bureau_reference")),
            sa.Column("latency_us", sa.BigInteger, nullable=False),
            *map(_text, ("source", "reply_digest", "at")),
        ),
    )
    op.create_table(
        "served",
        *_link(*map(_text, ("inquiry_id", "tenant", "connector", "served_from", "call_id", "at"))),
    )
    for table in _COPY:
        op.create_index(f"{table}_chain", table, ["instance", "chain_seq"], unique=True)
    _indexes()


def _indexes() -> None:
    op.create_index("intents_call_id", "intents", ["call_id"], unique=True)
    # Not unique: what a call cost may become known later, and is then another row. The last counts.
    op.create_index("outcomes_call_id", "outcomes", ["call_id", "seq"])
    unknown = sa.text("billed = 'UNKNOWN'")
    op.create_index(
        "outcomes_unknown", "outcomes", ["call_id"], sqlite_where=unknown, postgresql_where=unknown
    )
    for table, columns in (
        ("inquiries", ("tenant", "inquiry_id")),
        ("inquiries", ("tenant", "subject_token")),
        ("intents", ("tenant", "inquiry_id")),
        ("intents", ("tenant", "caller", "at")),
        ("intents", ("connector", "at")),
        ("intents", ("at",)),
    ):
        op.create_index(f"{table}_{'_'.join(columns)}", table, list(columns))


def _beside() -> None:
    op.create_table(
        "replies",
        sa.Column("call_id", sa.Text, primary_key=True),
        *map(_text, ("tenant", "inquiry_id", "connector", "subject_token", "kept_until", "sealed")),
    )
    op.create_index("replies_inquiry", "replies", ["tenant", "inquiry_id"])
    op.create_index("replies_subject", "replies", ["tenant", "subject_token"])
    op.create_index("replies_kept_until", "replies", ["kept_until"])
    op.create_table(
        "claims",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("tenant", "inquiry_id")),
        *map(_text, ("fingerprint", "request", "state", "instance")),
        _text("kept", null=True),
        *map(_text, ("kept_until", "at")),
    )
    op.create_index("claims_kept_until", "claims", ["kept_until"])
    running = sa.text("state = 'RUNNING'")
    op.create_index(
        "claims_running", "claims", ["instance"], sqlite_where=running, postgresql_where=running
    )
    places = ("tenant", "connector", "subject_token", "purpose")
    op.create_table(
        "holds",
        *(sa.Column(name, sa.Text, primary_key=True) for name in places),
        *map(_text, ("call_id", "acknowledged")),
    )
    op.create_index("holds_call_id", "holds", ["call_id"])
    op.create_table(
        "instances",
        sa.Column("instance", sa.Text, primary_key=True),
        *map(_text, ("state", "seen_at")),
        _text("recovered_by", null=True),
    )
    op.create_table(
        "heads",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *(_text("instance"), sa.Column("count", sa.BigInteger, nullable=False)),
        *map(_text, ("hash", "state", "at", "mac")),
    )


def _append_only(table: str, *, sqlite: bool) -> Iterator[str]:
    if sqlite:
        for change in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    yield "CREATE SEQUENCE IF NOT EXISTS ledger_seq"
    yield (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
    )


def _version(connection: sa.Connection) -> int:
    found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if found > 1:
        raise LedgerDown(f"the ledger is of version {found}, which this gateway does not know")
    return found


def _set_aside(connection: sa.Connection) -> None:
    for table in _COPY:
        for change in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{change}")
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO v1_{table}")
    for index in ("intents_call_id", "outcomes_call_id"):
        connection.exec_driver_sql(f"DROP INDEX {index}")


def _take_over(connection: sa.Connection) -> None:
    """Copy each row with a link, table by table, and remove what it was copied from."""
    key: bytes = op.get_context().opts["ledger_key"]
    count, last = 0, genesis(key, BEFORE).hash
    for table, columns in _COPY.items():
        # The number goes on over all tables; within one, the order stays.
        old = connection.exec_driver_sql(f"SELECT {columns} FROM v1_{table} ORDER BY seq")  # noqa: S608 - ours
        for values in old.yield_per(1000):
            count += 1
            row = (count, *values, BEFORE, count)
            last = link(key, last, table, row)
            places = ", ".join("?" * (len(row) + 1))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", (*row, last))  # noqa: S608 - ours
    for table in _COPY:
        connection.exec_driver_sql(f"DROP TABLE v1_{table}")
    connection.exec_driver_sql("INSERT INTO instances VALUES (?, 'RUNNING', '', NULL)", (BEFORE,))
