"""Keeps to what a bureau allows: so many a second, so many at once, so many a day."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from ...kit import Kit, Strict
from ...units import Rate
from .limited import Limited
from .quota import Quota
from .ration import Ration
from .room import Room
from .turns import Turns


class Limit(Strict):
    """One bureau's limits, shared by all of its connectors."""

    rate: Rate | None = None
    """With a burst of one second's worth; who would wait too long is turned away."""
    concurrency: int = Field(default=32, ge=1)
    """
    How many at once, of all its connectors.

    One that is not answered in time, or turned away, is allowed fewer of these,
    and more again as it is answered; half as many may wait. A paid call that is
    still listened for counts.
    """
    quota: Quota | None = None
    """In the bureau's time zone, counted over all callers; then nothing is asked."""

    def build(self, kit: Kit, zone: ZoneInfo) -> Limits:
        return Limits(
            kit=kit,
            room=Room(self.concurrency),
            turns=Turns(self.rate, kit.clock) if self.rate else None,
            ration=Ration(self.quota.allowances(zone), kit) if self.quota else None,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What all connectors of one bureau must keep to together."""

    kit: Kit
    room: Room
    turns: Turns | None
    ration: Ration | None

    def of(self, connector: str, min_attempt: float) -> Limited:
        """Make the layer of one connector, for all of its messages."""
        if self.ration is not None:
            self.ration.join(connector)
        return Limited(self.kit.clock, self.room.bulkhead(), self.turns, self.ration, min_attempt)
