"""A loop that can be stopped between any two of its turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.virtual import VirtualLoop

T = TypeVar("T")


class SteppedLoop(VirtualLoop):
    """Counts its turns, and does something of ours before one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self._due: dict[int, Callable[[], object]] = {}

    def before(self, turn: int, act: Callable[[], object]) -> None:
        """Act before the turn that comes after so many others."""
        self._due[self.turn + turn] = act

    def _run_once(self) -> None:
        if act := self._due.pop(self.turn, None):
            act()
        self.turn += 1
        super()._run_once()  # type: ignore[misc] # asyncio's own, which it does not show


def stepped(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end on a loop of its own."""
    with asyncio.Runner(loop_factory=SteppedLoop) as runner:
        return runner.run(main())


def loop() -> SteppedLoop:
    running = asyncio.get_running_loop()
    assert isinstance(running, SteppedLoop)
    return running
