"""The tables in which jobs, their ends and callbacks are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

METADATA = MetaData()


def _table(name: str, *keys: str) -> Table:
    """Keys, a sealed value, and until when it is kept (microseconds since 1970)."""
    return Table(
        name,
        METADATA,
        *(Column(key, String(255), primary_key=True) for key in keys),
        Column("sealed", LargeBinary, nullable=False),
        Column("kept_until", BigInteger, nullable=False, index=True),
    )


JOBS = _table("jobs", "key")
"""Those that are open."""

ENDS = _table("ends", "key")
"""How the last job of each key ended."""

CALLBACKS = _table("callbacks", "connector", "correlation")
"""The last one of each job, whether or not anybody knows the job yet."""

SEEN = _table("seen_callbacks", "connector", "digest")
"""Every callback: the same one twice is one."""

LAPSING = (ENDS, CALLBACKS, SEEN)
"""Those whose rows are just forgotten; a job ends."""

ALL = (JOBS, ENDS, CALLBACKS, SEEN)


def insert(table: Table, dialect: str, *, replace: bool) -> Insert:
    """Write a row: in the place of one with its keys, or only where there is none."""
    of: Any = sqlite if dialect == "sqlite" else postgresql
    statement = of.insert(table)
    if not replace:
        unless_there: Insert = statement.on_conflict_do_nothing()
        return unless_there
    new = statement.excluded
    instead: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={"sealed": new["sealed"], "kept_until": new["kept_until"]},
    )
    return instead
