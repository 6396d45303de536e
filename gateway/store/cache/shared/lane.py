"""The way to a shared store, which costs no caller more than its budget."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from connectors.kit import Clock

from ..events import CacheEvent, Watch
from .batch import Asked, Command, together
from .budget import Budget, Unreachable
from .circuit import StoreCircuit

BUDGET = 0.02
"""Seconds that a caller waits at most."""
TOGETHER, QUEUED, OWED = 512, 10_000, 256
"""Commands that go in one batch, wait for theirs, and wait for a store that is away."""


class Line(Protocol):
    """A connection. An answer that is an exception is the store's word on one command alone."""

    async def send(self, commands: Sequence[Command]) -> Sequence[object]:
        """Send all, and read all answers. Raises `Unreachable`, and closes the connection."""
        ...

    async def aclose(self) -> None: ...


class Lane:
    """
    One batch at a time is under way; what is asked meanwhile goes with the next.

    No command is ever cancelled, so that no answer can be taken for another's: a
    caller that goes, or whose budget ends, leaves its command to itself.
    """

    def __init__(
        self,
        line: Line,
        clock: Clock,
        watch: Watch,
        told: Callable[[str], None],
        budget: float = BUDGET,
    ) -> None:
        """`told` hears ``cache_lost`` and ``cache_found``."""
        self._line = line
        self._clock = clock
        self._watch = watch
        self._told = told
        self._circuit = StoreCircuit()
        self._seconds = budget
        self._budget = Budget(budget, self._failed)
        self._waiting: deque[Asked] = deque()
        self._owed: deque[Command] = deque(maxlen=OWED)
        self._running: asyncio.Task[None] | None = None

    async def ask(self, *command: object, patience: float | None = None) -> object:
        """
        Wait for an answer, within the budget.

        Raises `Unreachable`. Who has `patience` is let through where others are not.
        """
        if patience is not None:
            return await self._patiently(command, patience)
        self._check()
        answer = self._queue(command)
        self._budget.hold(answer)
        return await answer

    async def look(self, *names: object) -> Sequence[object]:
        """Wait for the values of some names, within the budget. Raises `Unreachable`."""
        self._check()
        answer = self._queue(names, is_look=True)
        self._budget.hold(answer)
        values = await answer
        return values if isinstance(values, list) else ()

    def tell(self, *command: object) -> None:
        """Send a command that nobody waits for, once the store is there: after all before it."""
        if self._owed or not self._circuit.lets(self._clock.now()):
            self._owed.append(command)
        else:
            self._queue(command, is_told=True)

    async def aclose(self) -> None:
        """Let what was asked go out, and hang up."""
        if self._running is not None:
            await self._running
        await self._line.aclose()

    def _check(self) -> None:
        if not self._circuit.lets(self._clock.now()):
            self._watch(CacheEvent.DEGRADED)
            raise Unreachable

    async def _patiently(self, command: Command, patience: float) -> object:
        try:
            async with asyncio.timeout(patience):
                return await self._queue(command)
        except TimeoutError:
            raise Unreachable from None

    def _queue(
        self, command: Command, *, is_look: bool = False, is_told: bool = False
    ) -> asyncio.Future[object]:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        # Retrieved, so that a failure which nobody waits for is no warning.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if len(self._waiting) >= QUEUED:
            self._failed()
            answer.set_exception(Unreachable())
            return answer
        self._waiting.append(Asked(command, answer, is_look, is_told))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return answer

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            # Nobody waits for what is late before it is sent.
            batch = [each for each in batch if not each.answer.done()]
            if batch:
                await self._go(batch)

    async def _go(self, batch: list[Asked]) -> None:
        begun = self._clock.now()
        try:
            in_time = await together(batch, self._line.send)
        except Unreachable:
            self._failed()
            for each in (*batch, *self._waiting):
                each.give(Unreachable())
            self._waiting.clear()
            return
        if in_time or self._clock.now() - begun <= self._seconds:
            self._worked()
        elif not self._circuit.is_closed:
            self._circuit.failed(self._clock.now())

    def _worked(self) -> None:
        if not self._circuit.is_closed:
            self._told("cache_found")
        self._circuit.worked()
        while self._owed:
            self._queue(self._owed.popleft(), is_told=True)

    def _failed(self) -> None:
        self._watch(CacheEvent.DEGRADED)
        if self._circuit.is_closed:
            self._told("cache_lost")
        self._circuit.failed(self._clock.now())
