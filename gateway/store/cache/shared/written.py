"""An answer as processes tell each other of it: by the wall clock, the only one they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from connectors.contract import Reply
from connectors.keeping import Kept
from connectors.kit import Clock


@dataclass(frozen=True, slots=True)
class Written:
    """Whoever reads it turns its times into monotonic ones of its own, once."""

    reply: Reply
    asked_at: datetime
    fresh_until: datetime
    stale_until: datetime
    consent_until: datetime | None = None

    @classmethod
    def of(cls, kept: Kept, clock: Clock) -> Self:
        zero = _zero(clock)
        return cls(
            kept.reply,
            kept.asked_at,
            zero + timedelta(seconds=kept.fresh_until),
            zero + timedelta(seconds=kept.stale_until),
            kept.consent_until,
        )

    def kept(self, clock: Clock) -> Kept:
        zero = _zero(clock)
        return Kept(
            self.reply,
            self.asked_at,
            ((self.reply.retrieved_at or self.asked_at) - zero).total_seconds(),
            (self.fresh_until - zero).total_seconds(),
            (self.stale_until - zero).total_seconds(),
            self.consent_until,
        )


def _zero(clock: Clock) -> datetime:
    """Tell what the wall clock says of the moment at which monotonic time began."""
    return clock.utc() - timedelta(seconds=clock.now())
