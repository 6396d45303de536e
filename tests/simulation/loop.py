"""An event loop of which nothing is left to chance but what a seed draws."""

from __future__ import annotations

import asyncio
import heapq
import warnings
from collections import deque
from collections.abc import Coroutine
from contextvars import Context
from random import Random
from typing import Any

from tests.virtual import Idle


class Stalled(RuntimeError):
    """Something waits for what will never come: a wake-up was lost."""


class Instant(Idle):
    """Passes time by being asked to wait, and asks no operating system."""

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stalled("everything waits, and nothing is due")
        self.time += max(0.0, timeout)
        return []


class NumberedTask(asyncio.Task[Any]):
    """Hashed by its number: a set of tasks is walked in one order in every process."""

    def __init__(self, coro: Coroutine[Any, Any, Any], number: int, **options: Any) -> None:
        self.number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self.number


class SeededLoop(asyncio.SelectorEventLoop):
    """
    Virtual time, begun where the one before ended; what is due at once runs in a drawn order.

    Without `order` it is the order of asyncio.
    """

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, begin: float = 0.0, order: Random | None = None) -> None:
        self.instant = Instant()
        self.instant.time = begin
        super().__init__(self.instant)
        self._order = order
        self._born = 0
        self.set_task_factory(self._numbered)
        self.complaints: list[str] = []
        self.set_exception_handler(self._complain)

    def time(self) -> float:
        return self.instant.time

    def _numbered(
        self, _: asyncio.AbstractEventLoop, coro: Any, context: Context | None = None
    ) -> NumberedTask:
        self._born += 1
        return NumberedTask(coro, self._born, loop=self, context=context)

    def _complain(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.complaints.append(f"{context.get('message')}: {context.get('exception')!r}")

    def _run_once(self) -> None:
        ready = self._ready
        if self._order is not None and len(ready) > 1:
            mixed = list(ready)
            self._order.shuffle(mixed)
            ready.clear()
            ready.extend(mixed)
        super()._run_once()  # type: ignore[misc] # asyncio keeps it to itself

    def drop(self) -> None:
        """
        Die as a process does: no task hears of it, and no timer comes.

        Their frames are closed so that Python need not; what their `finally` blocks
        still try leads nowhere, for the ports of a dead process are closed.
        """
        self.set_exception_handler(lambda _, __: None)
        tasks = sorted(asyncio.all_tasks(self), key=hash)
        self._ready.clear()
        self._scheduled.clear()
        heapq.heapify(self._scheduled)
        with warnings.catch_warnings():
            # Of coroutines that a dying frame makes and nobody will run.
            warnings.simplefilter("ignore", RuntimeWarning)
            self._bury_all(tasks)
        self.close()

    def _bury_all(self, tasks: list[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined] # noqa: SLF001 - it is
            _bury(task.get_coro())


def _bury(coro: Any) -> None:
    for _ in range(50):
        try:
            coro.close()
        except BaseException:  # noqa: BLE001, S112 - whatever a dead frame raises, nobody hears
            continue
        return
