"""Heads in a file beside the database: lines that are only ever added."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import orjson

from connectors.errors import LedgerDown

from .heads import Head, Mark


class HeadsFile:
    """One JSON array to a line; a line that no newline ends was cut off by a crash."""

    def __init__(self, file: Path, key: bytes) -> None:
        self.file = file
        self.key = key

    async def mark(self, mark: Mark) -> Head:
        try:
            return await asyncio.to_thread(self._append, mark)
        except OSError as error:
            raise LedgerDown("the ledger's heads can not be written") from error

    async def all(self) -> tuple[Head, ...]:
        try:
            return await asyncio.to_thread(self.read)
        except OSError as error:
            raise LedgerDown("the ledger's heads can not be read") from error

    def read(self) -> tuple[Head, ...]:
        """Give all heads; a line that is none ends them, for nothing behind it can be proved."""
        heads: list[Head] = []
        for line in self._whole().splitlines():
            try:
                heads.append(Head.of(tuple(orjson.loads(line))))
            except (TypeError, ValueError):
                heads.append(_broken(len(heads) + 1))
                break
        return tuple(heads)

    def _whole(self) -> bytes:
        text = self.file.read_bytes() if self.file.exists() else b""
        return text[: text.rfind(b"\n") + 1]

    def _append(self, mark: Mark) -> Head:
        whole, heads = self._whole(), self.read()
        head = mark.after(heads[-1] if heads else None, self.key)
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, len(whole))
            os.pwrite(descriptor, orjson.dumps(head.row) + b"\n", len(whole))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return head


def _broken(number: int) -> Head:
    """Stand for a line that can not be read: its signature is never right."""
    return Head.of((number, "", 0, "", "RUNNING", "", ""))
