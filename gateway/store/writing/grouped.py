"""Rows whose place is the statement that adds them; no guards, no chain."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from .entry import Ended, Entry
from .steps import Steps


class Grouped:
    """A script that hands all rows of a statement over as one JSON array of arrays."""

    def opened(self) -> Steps[None]:
        yield from ()

    def write(self, entries: Sequence[Entry]) -> Steps[list[Ended]]:
        grouped: dict[str, list[tuple[object, ...]]] = {}
        for entry in entries:
            for statement, values in entry.rows:
                grouped.setdefault(statement, []).append(values)
        for statement, rows in grouped.items():
            yield statement, (orjson.dumps(rows).decode(),)
        return [(entry.written, None) for entry in entries]

    def committed(self) -> None: ...
