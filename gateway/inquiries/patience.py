"""How long an inquiry waits for another."""

from __future__ import annotations

from connectors.kit import Clock

from ..model import Granted
from ..stages.fan_out.patience import reserve


def patience(granted: Granted, clock: Clock) -> float:
    """Give the seconds that are left of its deadline, less what it takes to answer."""
    left = granted.filled.valid.admitted.deadline - clock.now()
    return max(0.0, left - reserve(left))
