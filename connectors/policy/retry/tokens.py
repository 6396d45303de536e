"""What a connector's retries are paid with, so that an outage is not multiplied."""

from __future__ import annotations

from math import exp, inf

from ..window import Window

LEAST, MOST = 50.0, 500.0
"""How many tokens there may be: as many as calls in ten seconds, within these."""
PRICE, PRICE_AFTER_TIMEOUT, EARNED = 5.0, 10.0, 2.0
"""Of a retry; of one after a timeout; what an answer at the first try brings."""
SECONDS = 10.0
"""Over which calls are counted."""
SPARE = 10
"""Retries in that time that are not too many, however few the calls are."""
SHARE = 0.5
"""Of all calls that may be retries, beyond that."""


class RetryTokens:
    """
    A bucket that answers at the first try fill and retries empty.

    A retry that succeeds is given its price back, so that single failures cost
    nothing and an outage has none after the first few. One retry in ten seconds
    is let through by an empty bucket, or a connector with few calls would never
    find out that it is over.
    """

    def __init__(self, least: float = LEAST, most: float = MOST) -> None:
        self._least = least
        self._most = most
        self.level = least
        self._recent = 0.0
        """Calls, each of which counts for less as it grows older."""
        self._at = 0.0
        self._retried = -inf
        self.window = Window(SECONDS)
        """All calls; the marked ones are retries."""

    def capacity(self, now: float) -> float:
        recent = self._recent * exp((self._at - now) / SECONDS)
        return min(self._most, max(self._least, recent))

    def asked(self, now: float) -> None:
        """Hear of a first attempt."""
        self._recent = self._recent * exp((self._at - now) / SECONDS) + 1
        self._at = now
        self.window.add(now)

    def earn(self, now: float) -> None:
        """Hear of an answer at the first try."""
        self.level = min(self.capacity(now), self.level + EARNED)

    def allows(self, price: float, now: float) -> bool:
        """Say whether a retry of this price may be made."""
        self.window.turn(now)
        retries = self.window.marked + 1
        if retries > SPARE and retries > SHARE * (self.window.calls + 1):
            return False
        self.level = min(self.level, self.capacity(now))
        return self.level >= price or now - self._retried >= SECONDS

    def spend(self, price: float, now: float) -> float:
        """Take the price of a retry that is allowed; give what was there to be taken."""
        paid = min(price, self.level)
        self.level -= paid
        self._retried = now
        self.window.add(now, marked=1)
        return paid

    def refund(self, paid: float, now: float) -> None:
        """Give back what was paid for a retry that succeeded."""
        self.level = min(self.capacity(now), self.level + paid)

    def spare(self, now: float) -> bool:
        """Say whether more than half of what there can be is left."""
        return self.level > self.capacity(now) / 2

    def charge(self, price: float, now: float) -> None:
        """Take the price of a call that is no retry."""
        self.level = max(0.0, min(self.level, self.capacity(now)) - price)
