"""The ledger's files at their place: what is committed elsewhere is not proved to be written."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import LedgerDown

from ...writing.batch_writer import Connection

Identity = tuple[int, int] | None
"""Which file it is, whatever its name: its device and number; None is no file."""


class Misplaced(LedgerDown):
    """The file at the ledger's path is not the one that was opened."""


class CutShort(LedgerDown):
    """The ledger's file lost its end while it was open."""


class Place:
    """Keeps a writer to one file: as long as another is there, or none, nothing is opened."""

    def __init__(self, path: Path, connect: Callable[[Path], Connection]) -> None:
        self._path = path
        self._connect = connect
        self._file: Identity = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no file, or one without a byte."""
        return not (self._path.exists() and self._path.stat().st_size)

    def take(self) -> None:
        """Create the file where there is none, and keep to it from now on."""
        self._path.touch(mode=0o600)
        self._file = _identity(_stat(self._path))

    def connect(self) -> Connection:
        """Open the file that was taken. Raises `Misplaced`."""
        # Before it is opened: SQLite would remove the log beside a file that is empty, and
        # with it rows that were acknowledged.
        _look(self._path, self._file)
        connection = self._connect(self._path)
        log = self._path.with_name(f"{self._path.name}-wal")
        return _Placed(connection, self._path, self._file, log, _identity(_stat(log)))


@dataclass(slots=True)
class _Placed:
    """
    A connection that looks, after each commit, where that went.

    Whoever removes or renames files leaves them open here: rows would go on into
    what nobody finds again, and a start after that would know of none. Of a file
    that is cut short SQLite notices nothing as long as it remembers its pages.
    """

    connection: Connection
    path: Path
    file: Identity
    log: Path
    log_file: Identity
    size: int = 0

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        found = self.connection.execute(sql, parameters)
        if sql == "COMMIT":
            self.size = _look(self.path, self.file, self.size)
            _look(self.log, self.log_file)
        return found

    def close(self) -> None:
        self.connection.close()


def _look(path: Path, file: Identity, least: int = 0) -> int:
    """Give the size of a file that is the one that was opened, and not shorter than it was."""
    found = _stat(path)
    size = 0 if found is None else found.st_size
    if _identity(found) != file:
        raise Misplaced(f"{path} is not the file that was opened")
    if size < least:
        raise CutShort(f"{path} is shorter than it was")
    return size


def _stat(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - once a commit, and the faster
    except FileNotFoundError:
        return None


def _identity(found: os.stat_result | None) -> Identity:
    return None if found is None else (found.st_dev, found.st_ino)
