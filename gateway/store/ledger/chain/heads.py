"""Signed words on how far a chain goes, kept where whoever cuts the tables does not reach."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Protocol

import orjson

from .links import Tip


@unique
class HeadState(StrEnum):
    """What is known of a chain at its head."""

    STARTED = "STARTED"
    RUNNING = "RUNNING"
    """There may be more rows behind it."""
    CLOSED = "CLOSED"
    """There is no row behind it."""


@dataclass(frozen=True, slots=True)
class Head:
    """One word on one chain; heads of all instances form a chain of their own."""

    number: int
    instance: str
    tip: Tip
    state: HeadState
    at: str
    mac: str

    @property
    def row(self) -> tuple[object, ...]:
        """Its columns, as `tables.HEADS` has them."""
        return (*self._content, self.mac)

    @property
    def _content(self) -> tuple[object, ...]:
        return (
            *(self.number, self.instance, self.tip.count, self.tip.hash),
            *(self.state.value, self.at),
        )

    @classmethod
    def of(cls, row: tuple[object, ...]) -> Head:
        """Read a row. Raises `TypeError` or `ValueError`."""
        number, instance, count, hashed, state, at, mac = row
        tip = Tip(int(str(count)), str(hashed))
        return cls(int(str(number)), str(instance), tip, HeadState(str(state)), str(at), str(mac))

    def signed(self, key: bytes, before: str) -> str:
        """Sign it, with the signature of the head before it."""
        content = before.encode() + orjson.dumps(self._content)
        return hmac.digest(key, b"head " + content, "sha256").hex()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a head is to say; whoever keeps the heads numbers and signs it."""

    instance: str
    tip: Tip
    state: HeadState
    at: str

    def after(self, last: Head | None, key: bytes) -> Head:
        head = Head(
            (last.number if last else 0) + 1, self.instance, self.tip, self.state, self.at, ""
        )
        mac = head.signed(key, last.mac if last else "")
        return Head(head.number, head.instance, head.tip, head.state, head.at, mac)


class Heads(Protocol):
    """Where heads are kept. Raises `LedgerDown` where that fails."""

    async def mark(self, mark: Mark) -> Head:
        """Keep one more, durably."""
        ...

    async def all(self) -> tuple[Head, ...]:
        """Give all, in their order, whether or not their signatures are right."""
        ...
