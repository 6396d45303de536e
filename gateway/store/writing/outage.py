"""A database that takes no rows: said once when that begins, and once when it is over."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass

from connectors.errors import LedgerDown

from .entry import Ended, settle


@dataclass(frozen=True, slots=True)
class Cause:
    """What kind of failure it is; neither a statement nor a value is in it."""

    error: str
    """The class of the exception."""
    reason: str = ""
    """The database's own constant, or the system's: SQLITE_FULL, 53100, ENOSPC."""

    @classmethod
    def of(cls, error: BaseException) -> Cause:
        if isinstance(error, Unwritten):
            return error.cause
        number = getattr(error, "errno", None)
        reason = (
            getattr(error, "sqlite_errorname", None)
            or getattr(error, "sqlstate", None)
            or (errno.errorcode.get(number, "") if isinstance(number, int) else "")
        )
        return cls(type(error).__name__, reason)


class Unwritten(LedgerDown):
    """Rows are not proved to be written, for the database failed."""

    def __init__(self, words: str, cause: Cause) -> None:
        super().__init__(words)
        self.cause = cause


OVERDUE = Cause("TimeoutError")
"""Of rows that a lock, a disk or a network held up for longer than anybody waits."""


class Outage:
    """Lives on the event loop, and hears how each batch ended."""

    def __init__(self) -> None:
        self.told: Callable[..., None] = lambda _, **__: None
        """Hears ``ledger_lost`` with `error` and `reason`, and ``ledger_found`` with `seconds`."""
        self._cause: Cause | None = None
        self._since = 0.0

    def settle(self, ended: list[Ended]) -> None:
        """Tell those who wait for a batch, and whoever watches where it lost or found the way."""
        lost = next((error for _, error in ended if isinstance(error, Unwritten)), None)
        if lost is not None:
            self.lost(lost.cause)
        elif self._cause is not None:
            self._found()
        settle(ended)

    def lost(self, cause: Cause) -> None:
        """Say it once; and once more where it only now becomes known why rows are overdue."""
        if self._cause not in (None, OVERDUE) or self._cause == cause:
            return
        if self._cause is None:
            self._since = asyncio.get_running_loop().time()
        self._cause = cause
        self.told("ledger_lost", error=cause.error, reason=cause.reason)

    def _found(self) -> None:
        self._cause = None
        seconds = asyncio.get_running_loop().time() - self._since
        self.told("ledger_found", seconds=round(seconds, 3))
