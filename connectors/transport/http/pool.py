"""The connections to one bureau, those that rest and those that are at work."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial

from ...errors import NotSent
from .connection import Connection
from .opening import open_connection
from .reading import Reading
from .terms import Terms


class ConnectionPool:
    """
    Lends connections: the one that rested last first, so that what is not needed grows old.

    Who finds none waits its turn, no longer than `connect_timeout`.
    """

    def __init__(self, terms: Terms) -> None:
        """Belong to the loop that runs."""
        self._terms = terms
        self._loop = asyncio.get_running_loop()
        self._all: set[Connection] = set()
        self._resting: deque[Connection] = deque()
        self._opening = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._sweeping: asyncio.TimerHandle | None = None
        self._closed = False
        self._ended = asyncio.Event()

    def rested(self) -> Connection | None:
        """Take one that is there already."""
        while self._resting:
            connection = self._resting.pop()
            if connection.is_usable and not self._is_old(connection):
                return connection
            connection.abort()
        return None

    async def opened(self) -> Connection:
        """Open one, or wait for one. Raises `NotSent`."""
        deadline = self._loop.time() + self._terms.connect_timeout
        while not self._has_place:
            connection = await self._turn(deadline)
            if connection is None:
                return await self._open(deadline)
            if connection.is_usable:
                return connection
            connection.abort()
        self._opening += 1
        return await self._open(deadline)

    def give_back(self, connection: Connection) -> None:
        """Take back what was lent; what can not be used again is known by its being closed."""
        if connection.is_closed:
            return
        while self._waiting:
            if not (turn := self._waiting.popleft()).done():
                turn.set_result(connection)
                return
        connection.rested = self._loop.time()
        self._resting.append(connection)
        if self._sweeping is None:
            self._sweep()

    async def aclose(self) -> None:
        """End all; what is at work is lost."""
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(NotSent(self._terms.bureau, "closed"))
        for connection in self._all:
            connection.abort()
        while self._all:
            self._ended.clear()
            await self._ended.wait()

    async def _open(self, deadline: float) -> Connection:
        """Open one in the place that was counted for it."""
        reading = Reading(self._terms)
        make = partial(Connection, self._terms.bureau, reading, self._end)
        try:
            connection = await open_connection(self._terms, make, deadline)
            if not connection.is_lost:
                self._all.add(connection)
        finally:
            self._opening -= 1
            self._admit()
        if self._closed:
            connection.abort()
        if connection.is_closed:
            raise NotSent(self._terms.bureau, "closed")
        return connection

    async def _turn(self, deadline: float) -> Connection | None:
        """Wait for a connection, or for None: a place to open one in, which counts already."""
        turn: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(turn)
        timer = self._loop.call_at(deadline, self._expire, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on(turn.result())
            raise
        finally:
            timer.cancel()
            with suppress(ValueError):
                # Whoever gave up; whoever was given something is there no more.
                self._waiting.remove(turn)

    def _expire(self, turn: asyncio.Future[Connection | None]) -> None:
        if not turn.done():
            turn.set_exception(NotSent(self._terms.bureau, "no connection free"))

    def _pass_on(self, given: Connection | None) -> None:
        if given is not None:
            self.give_back(given)
        else:
            self._opening -= 1
            self._admit()

    @property
    def _has_place(self) -> bool:
        return len(self._all) + self._opening < self._terms.pool.max_connections

    def _admit(self) -> None:
        """Give a place that became free to who waits longest."""
        while self._waiting and self._has_place:
            if not (turn := self._waiting.popleft()).done():
                self._opening += 1
                turn.set_result(None)

    def _end(self, connection: Connection) -> None:
        """Forget one that is gone: its place counts until then."""
        self._all.discard(connection)
        with suppress(ValueError):
            self._resting.remove(connection)
        self._ended.set()
        self._admit()

    def _is_old(self, connection: Connection) -> bool:
        return self._loop.time() - connection.rested >= self._terms.pool.idle

    def _sweep(self) -> None:
        """Close what has rested for too long, and come again when the next one has."""
        self._sweeping = None
        while self._resting and self._is_old(self._resting[0]):
            self._resting.popleft().abort()
        if self._resting:
            due = self._resting[0].rested + self._terms.pool.idle
            self._sweeping = self._loop.call_at(due, self._sweep)
