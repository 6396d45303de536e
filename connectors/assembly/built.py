"""What a connector's file becomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..contract import Call, Query, Reply
from ..dedupe.status_query import StatusQuery
from ..shape.callback import CallbackReading
from ..shape.work import Work


@dataclass(frozen=True, slots=True)
class Built:
    """A connector that can be asked."""

    call: Call
    references: frozenset[str]
    """What of an inquiry its answer depends on."""
    known: Callable[[Query], Awaitable[Reply | None]]
    """
    Gives what would be given again to a query, and asks nobody.

    None where the bureau would be asked: with nothing kept, for a caller who wants
    it anew, and without an input.
    """
    status: StatusQuery | None = None
    """Asks whether a call arrived of which nobody knows."""
    jobs: Work | None = None
    """Its jobs under way, where it is answered later."""
    callback: CallbackReading | None = None
    """Reads what its bureau says of its own accord."""
