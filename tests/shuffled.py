"""A virtual loop in which whatever is ready runs in an order of chance, the same for a seed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar

from .virtual import VirtualLoop

T = TypeVar("T")


class ShuffledLoop(VirtualLoop):
    """
    Takes what is ready in an order that a seed decides.

    asyncio promises first come, first served. Code that is right in any order does
    not lean on it, and meets here the interleavings of a busier day.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = Random(seed)

    def _run_once(self) -> None:
        self.random.shuffle(self._ready)  # type: ignore[attr-defined] # asyncio's own queue
        super()._run_once()  # type: ignore[misc] # one turn of asyncio's own


def run_shuffled(main: Coroutine[Any, Any, T], seed: int) -> T:
    """
    Run to the end in the order of a seed.

    Raises what the loop was told of, too: a task's exception that nobody retrieved.
    """
    loop = ShuffledLoop(seed)
    told: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: told.append(context))
    try:
        result = loop.run_until_complete(main)
        left = asyncio.all_tasks(loop)
        if left:
            raise AssertionError(f"tasks are left: {left}")
    finally:
        loop.close()
    if told:
        raise AssertionError(f"the loop was told: {told}")
    return result
