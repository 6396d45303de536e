"""HTTP/1.1 by our own client, which alone knows whether a byte has left."""

from __future__ import annotations

from ...contract import Wire, WireReply
from ...errors import NotSent
from .head import Heads
from .pool import ConnectionPool
from .terms import Terms


class OwnTransport:
    """
    One request on one connection, once.

    Nothing is written without a connection that stands, TLS and all, and the
    attempt is marked right before: what fails earlier is `NotSent`, and what
    fails later is `Lost`, however it looks.
    """

    def __init__(self, terms: Terms) -> None:
        """Take wires whose target begins with the address's prefix: it was signed with it."""
        self._terms = terms
        self._heads = Heads(terms)
        self._pool: ConnectionPool | None = None
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        if self._closed:
            raise NotSent(self._terms.bureau, "closed")
        if (pool := self._pool) is None:
            # On first use, as it belongs to the loop that runs then.
            pool = self._pool = ConnectionPool(self._terms)
        try:
            head = self._heads.write(wire)
        except ValueError as error:
            raise NotSent(self._terms.bureau, str(error)) from None
        connection = pool.rested() or await pool.opened()
        try:
            wire.attempt.leave(self._terms.bureau)
            return await connection.exchange(head, wire.body, bodiless=wire.method == "HEAD")
        finally:
            pool.give_back(connection)

    async def aclose(self) -> None:
        self._closed = True
        if self._pool is not None:
            await self._pool.aclose()
