"""Where the SQL of SQLite and of PostgreSQL differs; all else is written once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

import orjson

from ...writing.steps import Statement, Steps
from ..tables import CHAINED, INTEGERS

Rows = Sequence[Sequence[object]]


class Dialect(Protocol):
    """What a statement is put together from."""

    shared: bool
    """Whether several processes write."""
    holds_text: str
    """The function that tells where a text holds another, from 1; 0 for nowhere."""

    def unpacked(self, columns: Sequence[str]) -> str:
        """Select the rows of a JSON array of arrays, its statement's first argument."""
        ...

    def listed(self, argument: int) -> str:
        """Select the texts of a JSON array."""
        ...

    def added(self, table: str, columns: Sequence[str], rows: Rows, last: str = "") -> Statement:
        """Add rows by one statement, whose `last` words say what else is to be done."""
        ...

    def alone(self, names: Sequence[str]) -> Steps[None]:
        """Wait until nobody else is at any of these, and keep others away until the commit."""
        ...

    def last(self) -> Steps[int]:
        """Read the last number of a row, over all tables, where nobody else draws any."""
        ...

    def numbers(self, last: int, count: int) -> Steps[list[int]]:
        """Draw the next numbers of rows, over all tables."""
        ...


class Sqlite:
    """One writer, so the next number is the one after the last."""

    shared = False
    holds_text = "instr"

    def __init__(self) -> None:
        last = " UNION ALL ".join(f"SELECT max(seq) AS seq FROM {table}" for table in CHAINED)  # noqa: S608 - ours
        self._last = f"SELECT coalesce(max(seq), 0) FROM ({last})"  # noqa: S608 - ours

    def unpacked(self, columns: Sequence[str]) -> str:
        values = ", ".join(
            f"json_extract(value, '$[{place}]') AS {column}" for place, column in enumerate(columns)
        )
        # The condition: else an ON CONFLICT behind it would be read as a join's.
        return f"SELECT {values} FROM json_each(?1) WHERE true"  # noqa: S608 - ours

    def listed(self, argument: int) -> str:
        return f"SELECT value FROM json_each(?{argument})"  # noqa: S608 - ours

    def added(self, table: str, columns: Sequence[str], rows: Rows, last: str = "") -> Statement:
        """Bind each value: that costs half of what reading them from JSON does."""
        row = f"({', '.join('?' * len(columns))})"
        values = ", ".join([row] * len(rows))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} {last}"  # noqa: S608 - ours
        return statement, tuple(chain.from_iterable(rows))

    def alone(self, _names: Sequence[str]) -> Steps[None]:
        yield from ()

    def last(self) -> Steps[int]:
        ((last,),) = yield self._last, ()
        return int(last)

    def numbers(self, last: int, count: int) -> Steps[list[int]]:
        yield from ()
        return list(range(last + 1, last + count + 1))


class Postgresql:
    """Many writers, so numbers come from a sequence."""

    shared = True
    holds_text = "strpos"

    def unpacked(self, columns: Sequence[str]) -> str:
        values = ", ".join(_value(place, column) for place, column in enumerate(columns))
        return f"SELECT {values} FROM json_array_elements(?1::json) AS each(value)"  # noqa: S608 - ours

    def listed(self, argument: int) -> str:
        return f"SELECT json_array_elements_text(?{argument}::json)"

    def added(self, table: str, columns: Sequence[str], rows: Rows, last: str = "") -> Statement:
        """Hand them over as JSON: one statement, however many they are."""
        return f"{insert(self, table, columns)} {last}", (orjson.dumps(rows).decode(),)

    def alone(self, names: Sequence[str]) -> Steps[None]:
        # In their order, so that two who want the same two do not wait for each other.
        locked = (
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM "
            "(SELECT name FROM json_array_elements_text(?1::json) AS each(name) ORDER BY name) AS n"
        )
        yield locked, (orjson.dumps(sorted(names)).decode(),)

    def last(self) -> Steps[int]:
        yield from ()
        return 0

    def numbers(self, _last: int, count: int) -> Steps[list[int]]:
        drawn = "SELECT nextval('ledger_seq') FROM generate_series(1, ?1::int)"
        return [number for (number,) in (yield drawn, (count,))]


def _value(place: int, column: str) -> str:
    kind = "::bigint" if column in INTEGERS else ""
    return f"(value->>{place}){kind} AS {column}"


def insert(dialect: Dialect, table: str, columns: Sequence[str]) -> str:
    """Write the statement that adds rows, which it takes as one JSON array of arrays."""
    return f"INSERT INTO {table} ({', '.join(columns)}) {dialect.unpacked(columns)}"
