"""A disk whose power can be cut: what was not synced may be kept, lost, or torn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import apsw

SECTOR = 512
Write = Callable[[bytearray], None]


@dataclass(slots=True)
class Stored:
    """One file: what is on the platter, and what the system would like to be there."""

    seen: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    pending: list[Write] = field(default_factory=list)

    def change(self, write: Write) -> None:
        write(self.seen)
        self.pending.append(write)

    def sync(self) -> None:
        self.synced = bytes(self.seen)
        self.pending.clear()

    def cut(self, random: Random) -> None:
        """Keep any part of what was pending, in any order but that of a file's own."""
        kept = bytearray(self.synced)
        how = random.choice(["none", "prefix", "subset", "all"])
        most = random.randint(0, len(self.pending))
        for place, write in enumerate(self.pending):
            if (
                how == "all"
                or (how == "prefix" and place < most)
                or (how == "subset" and random.random() < 0.5)
            ):
                write(kept)
        self.seen, self.synced = kept, bytes(kept)
        self.pending.clear()


def written(offset: int, data: bytes) -> Write:
    def write(content: bytearray) -> None:
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data

    return write


def truncated(size: int) -> Write:
    def write(content: bytearray) -> None:
        del content[size:]

    return write


class Disk:
    """
    All files of one machine, by name. A file that is made or removed is so at once.

    Whoever writes when the power fails is not told: it is as gone as what it
    wrote. `left` is what a machine finds that is started on this disk.
    """

    def __init__(self, random: Random, files: Mapping[str, Stored], fuse: int) -> None:
        self.random = random
        self.files = dict(files)
        self.left: Mapping[str, Stored] | None = None
        self._fuse = fuse

    def burn(self) -> None:
        """One write or sync more; it is the last that reaches the disk, or that does not."""
        self._fuse -= 1
        if self._fuse == 0:
            self.cut_power()

    def cut_power(self) -> None:
        if self.left is None:
            self.left = {
                name: Stored(bytearray(file.seen), file.synced, list(file.pending))
                for name, file in self.files.items()
            }
            for _, file in sorted(self.left.items()):
                file.cut(self.random)

    def write(self, file: Stored, offset: int, data: bytes) -> None:
        """Write by sectors: a power cut may tear what is longer."""
        self.burn()
        for begin in range(0, len(data), SECTOR):
            file.change(written(offset + begin, bytes(data[begin : begin + SECTOR])))


class DiskFile:
    """What SQLite is handed for a file; a connection locks alone."""

    def __init__(self, disk: Disk, file: Stored) -> None:
        self._disk = disk
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.write(self._file, offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.burn()
        self._file.change(truncated(size))

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self._disk.burn()
        self._file.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.seen)

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xLock(self, _level: int) -> None: ...  # noqa: N802

    def xUnlock(self, _level: int) -> None: ...  # noqa: N802

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xClose(self) -> None: ...  # noqa: N802


class DiskVfs(apsw.VFS):
    """The disk as a file system of SQLite's."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.disk = disk
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        return DiskFile(self.disk, self.disk.files.setdefault(path, Stored()))

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802
        self.disk.burn()
        self.disk.files.pop(name, None)

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
        return name in self.disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class PoweredConnection:
    """An apsw connection as the writer knows one: its errors are sqlite3's."""

    def __init__(self, vfs: str, name: str) -> None:
        self._inner = self._told(apsw.Connection, name, vfs=vfs)
        # A log without shared memory: there is one connection.
        self.execute("PRAGMA locking_mode = EXCLUSIVE")

    @property
    def in_transaction(self) -> bool:
        return bool(self._inner.in_transaction)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return _Rows(self._told(lambda: list(self._inner.execute(sql, parameters))))

    def close(self) -> None:
        self._told(self._inner.close, True)

    @staticmethod
    def _told(do: Callable[..., Any], *args: Any, **options: Any) -> Any:
        try:
            return do(*args, **options)
        except apsw.ConstraintError as error:
            raise sqlite3.IntegrityError(str(error)) from None
        except apsw.Error as error:
            raise sqlite3.OperationalError(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: list[Any]

    def fetchall(self) -> list[Any]:
        return self.rows

    def fetchone(self) -> Any:
        return self.rows[0] if self.rows else None
