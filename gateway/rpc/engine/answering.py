"""What every engine wraps around a method, so that no exception's text leaves the house."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.rpc import code_pb2, status_pb2

from .contract import Refuse

T = TypeVar("T")

LAST_RESORT = "internal error"
"""What is said when even saying what went wrong went wrong."""


async def answer(
    method: Callable[[], Awaitable[T]],
    refuse: Callable[[BaseException], status_pb2.Status],
) -> T | status_pb2.Status:
    """Run a method; whatever it raises becomes a status, except that our caller gave up."""
    try:
        return await method()
    except asyncio.CancelledError as error:
        # A cancel that nobody asked this task for is a bug below, and an engine that
        # saw it would leave the caller waiting for ever.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return refuse(error)
    except Exception as error:  # noqa: BLE001 - this is the outermost wrapper
        return refuse(error)


def refusing(method: str, refuse: Refuse) -> Callable[[BaseException], status_pb2.Status]:
    """Bind `refuse` to a method, and make it one that cannot fail."""

    def refused(error: BaseException) -> status_pb2.Status:
        try:
            return refuse(method, error)
        except Exception:  # noqa: BLE001 - its text may hold what the first error knew
            return status_pb2.Status(code=code_pb2.INTERNAL, message=LAST_RESORT)

    return refused


class InFlight:
    """Counts the calls that are not over, answer sent and all; a drain waits for the last."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def enter(self) -> None:
        self._count += 1
        self._idle.clear()

    def leave(self) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def empty(self) -> None:
        await self._idle.wait()
