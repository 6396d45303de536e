"""The port to where answers are kept that may be given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..contract import Reply


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer to one question is kept."""

    names: tuple[str, ...]
    """Of the question, by each key that is known: the current one's first, which is written."""
    tenant: str
    subject: str
    """The subject's token: what is kept of one person can be erased."""

    @property
    def name(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Kept:
    """
    An answer, as it came, and until when it is which.

    It ages by the monotonic time of this process: a wall clock that is put right makes
    no answer older, and none young again.
    """

    reply: Reply
    asked_at: datetime
    """Who was erased since then is not brought back by it."""
    since: float
    """When it came, in monotonic seconds, as are these:"""
    fresh_until: float
    """Until when it is given instead of asking."""
    stale_until: float
    """Until when it is given where asking has failed; not before `fresh_until`."""
    consent_until: datetime | None = None
    """When the consent ends that it was got on: a date of the world's, by the wall clock."""


class Cache(Protocol):
    """Answers that may be given again. Finds nothing rather than fail."""

    async def get(self, place: Place, suits: Callable[[Kept], bool]) -> Kept | None:
        """
        Find what is kept there.

        Where there are several stores, the next is asked where the nearest has
        nothing that `suits`; of what does not suit, the youngest is given.
        """
        ...

    async def put(self, place: Place, kept: Kept) -> None:
        """Keep an answer in the place of any other, until it is not even stale."""
        ...
