"""Lets callers in as often as they may ask, and no more of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.kit import Clock
from connectors.policy.limit.rate import Pace

from ..errors import LimitReached, Unauthenticated
from ..model import Credentials, Inquiry
from ..policy import CallerPolicy

SOON = 1.0
"""Seconds after which one who has too much under way may look again."""

INSTANT = 1e-6
"""Seconds that are none: so much is lost when many intervals are added up."""


@dataclass(slots=True)
class _Place:
    """What one caller is doing."""

    inside: int = 0
    pace: Pace | None = None


@dataclass(slots=True)
class Admission:
    """
    Counts by caller, in this process.

    Who comes too often is turned away at once, and nothing is written down: a caller
    could fill the ledger with refusals.
    """

    identify: Callable[[Credentials], CallerPolicy]
    clock: Clock
    _places: dict[tuple[str, str], _Place] = field(default_factory=dict)

    @contextmanager
    def __call__(self, inquiry: Inquiry) -> Iterator[None]:
        """Hold a place for one inquiry. Raises `LimitReached`."""
        try:
            caller = self.identify(inquiry.credentials)
        except Unauthenticated:
            # It gets no further than the next step, which says so.
            yield
            return
        place = self._places.setdefault((caller.tenant, caller.name), _Place())
        most = caller.limits.concurrency
        if most is not None and place.inside >= most:
            raise LimitReached("CONCURRENCY_LIMIT", caller.name, SOON)
        if caller.limits.rate is not None:
            self._pace(place, caller, caller.limits.rate)
        place.inside += 1
        try:
            yield
        finally:
            place.inside -= 1

    def _pace(self, place: _Place, caller: CallerPolicy, rate: float) -> None:
        pace = place.pace = place.pace or Pace(rate)
        pace.rate = rate
        now = self.clock.now()
        wait = pace.due(now) - now
        if wait > INSTANT:
            raise LimitReached("RATE_LIMIT", caller.name, wait)
        pace.take(now)
