"""The way to a shared store, which costs no caller more than its budget."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from connectors.kit import Clock

from .circuit import Circuit
from .events import CacheEvent, Watch

BUDGET = 0.02
"""Seconds that a caller waits."""
TOGETHER, QUEUED, OWED = 256, 10_000, 256
"""Commands that go in one batch, wait for theirs, and wait for a store that is away."""
LAG = 3
"""Turns of the loop in which an answer is still taken that has come in and was not read."""

Command = tuple[object, ...]


class Unreachable(Exception):
    """The store has not done it, or not told so in time."""


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

    def __init__(self, line: Line, clock: Clock, watch: Watch, told: Callable[[str], None]) -> None:
        """`told` hears ``cache_lost`` and ``cache_found``."""
        self._line = line
        self._clock = clock
        self._watch = watch
        self._told = told
        self._circuit = Circuit()
        self._waiting: deque[tuple[Command, asyncio.Future[object]]] = deque()
        self._owed: deque[Command] = deque(maxlen=OWED)
        self._is_late = False
        self._running: asyncio.Task[None] | None = None

    async def ask(self, *command: object, patience: float | None = None) -> object:
        """
        Wait for an answer, within the budget.

        Raises `Unreachable`. Who has `patience` is let through where others are not.
        """
        if patience is None and not self._circuit.lets(self._clock.now()):
            self._watch(CacheEvent.DEGRADED)
            raise Unreachable
        answer = self._queue(command)
        await asyncio.wait({answer}, timeout=BUDGET if patience is None else patience)
        for _ in range(LAG):
            if answer.done():
                break
            await asyncio.sleep(0)
        if not answer.done():
            self._is_late = True
            self._failed()
            raise Unreachable
        return answer.result()

    def tell(self, *command: object) -> None:
        """Send a command that nobody waits for, once the store is there: after all before it."""
        if self._owed or not self._circuit.lets(self._clock.now()):
            self._owed.append(command)
        else:
            self._queue(command)

    async def aclose(self) -> None:
        """Let what was asked go out, and hang up."""
        if self._running is not None:
            await self._running
        await self._line.aclose()

    def _queue(self, command: Command) -> asyncio.Future[object]:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        # Retrieved, so that a failure which nobody waits for is no warning.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if len(self._waiting) >= QUEUED:
            answer.set_exception(Unreachable())
            return answer
        self._waiting.append((command, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return answer

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            self._is_late = False
            try:
                answers = await self._line.send([command for command, _ in batch])
            except Unreachable:
                self._failed()
                _fail([*batch, *self._waiting])
                self._waiting.clear()
            else:
                _give(batch, answers)
                if not self._is_late:
                    self._worked()

    def _worked(self) -> None:
        if not self._circuit.is_closed:
            self._told("cache_found")
        self._circuit.worked()
        while self._owed:
            self._queue(self._owed.popleft())

    def _failed(self) -> None:
        self._watch(CacheEvent.DEGRADED)
        if self._circuit.is_closed:
            self._told("cache_lost")
        self._circuit.failed(self._clock.now())


def _give(
    batch: Sequence[tuple[Command, asyncio.Future[object]]], answers: Sequence[object]
) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        if isinstance(answer, Exception):
            future.set_exception(Unreachable())
        else:
            future.set_result(answer)


def _fail(batch: Sequence[tuple[Command, asyncio.Future[object]]]) -> None:
    for _, future in batch:
        future.set_exception(Unreachable())
