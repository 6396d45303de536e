"""A conversation with a database, which a thread, a task and a test can hold alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any, Protocol, TypeVar

from .entry import Ended, Entry

T = TypeVar("T")

Found = Sequence[Sequence[Any]]
"""Rows that a statement gave; most give none."""

Statement = tuple[str, tuple[object, ...]]
"""SQL with its arguments written ?1, ?2."""

Steps = Generator[Statement, Found, T]
"""Statements in their order, each sent what the one before gave."""


class Script(Protocol):
    """How entries become statements. It neither opens, commits nor waits."""

    def opened(self) -> Steps[None]:
        """Look at a connection that is new. Raises `LedgerDown` where it must not be used."""
        ...

    def write(self, entries: Sequence[Entry]) -> Steps[list[Ended]]:
        """Write, within a transaction, and say what each is to be told once it is committed."""
        ...

    def committed(self) -> None: ...


def run(steps: Steps[T], ask: Callable[[str, tuple[object, ...]], Found]) -> T:
    """Hold the conversation where asking blocks."""
    try:
        statement = next(steps)
        while True:
            statement = steps.send(ask(*statement))
    except StopIteration as end:
        result: T = end.value
        return result


async def arun(steps: Steps[T], ask: Callable[[str, tuple[object, ...]], Awaitable[Found]]) -> T:
    """Hold the conversation where asking waits."""
    try:
        statement = next(steps)
        while True:
            statement = steps.send(await ask(*statement))
    except StopIteration as end:
        result: T = end.value
        return result
