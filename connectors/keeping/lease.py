"""The port to other processes that ask the same: a hint, never a promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Lease(Protocol):
    """One question, which one process at a time shall ask."""

    async def take(self, seconds: float) -> bool:
        """
        Say that this process is about to ask, for so long at most.

        False where another has said so. True where nobody can tell: what does
        not work must not keep anyone from asking.
        """
        ...

    def free(self) -> None:
        """Say that it asks no longer, if it ever did; after all that it kept before."""
        ...


Leasing = Callable[[str], Lease]
"""Makes the lease of a question, by the question's name."""


class Unshared:
    """There is no other process."""

    def __init__(self, _name: str = "") -> None: ...

    async def take(self, _seconds: float) -> bool:
        return True

    def free(self) -> None: ...
