"""What is written together or not at all, and who waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

Row = tuple[str, tuple[object, ...]]
"""Where a row belongs, as the script that writes it names places, and its values."""

Ended = tuple[asyncio.Future[None], Exception | None]
"""Whom to tell that its rows are durable, or why they are not."""


class BadRow(Exception):
    """A row breaks the rules of its table: a fault of ours, and of no other row."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Rows, whoever waits for them, and what must hold when they are written."""

    rows: tuple[Row, ...]
    written: asyncio.Future[None]
    guard: object = None
    """Decided by the script, in the same commit; where it says no, no row is written."""

    @property
    def given_up(self) -> bool:
        """Whether its waiter was told that it failed; one that only left still wants its rows."""
        return self.written.done() and not self.written.cancelled()


def settle(ended: list[Ended]) -> None:
    """Tell those who still wait."""
    for future, error in ended:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
