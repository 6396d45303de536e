"""Heads of a ledger that itself lasts no longer."""

from __future__ import annotations

from gateway.store.ledger.chain.heads import Head, Mark


class HeadsInMemory:
    """For a ledger that itself lasts no longer."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._heads: list[Head] = []

    async def mark(self, mark: Mark) -> Head:
        self._heads.append(mark.after(self._heads[-1] if self._heads else None, self._key))
        return self._heads[-1]

    async def all(self) -> tuple[Head, ...]:
        return tuple(self._heads)
