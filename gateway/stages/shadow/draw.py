"""Which inquiries a connector on trial is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ...fields.paths import touches
from ...model import Filled
from ...security.keys import keyed_hash
from ..inputs import look_up
from ..plan import Seat

_WHOLE: Final = 2**64


@dataclass(frozen=True, slots=True)
class ShadowSeat:
    """A connector's place beside a product."""

    seat: Seat
    share: float
    most: Decimal
    """That it may cost in one day, in the billing currency."""
    within: float
    """Seconds that its answer is waited for."""
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Whose answers may stand behind what it needs: the members of waterfalls, by their names."""


@dataclass(frozen=True, slots=True)
class Draw:
    """
    Tells for which inquiries a shadow is asked: by a keyed hash, not by luck.

    An inquiry that comes again is drawn as before, and no caller can choose.
    """

    seats: Mapping[str, tuple[ShadowSeat, ...]]
    """By product."""
    key: bytes = field(repr=False)

    def __call__(self, filled: Filled) -> tuple[Seat, ...]:
        admitted = filled.valid.admitted
        inquiry = admitted.inquiry
        seats = self.seats.get(inquiry.product, ())
        if not seats:
            return ()
        known = look_up(inquiry, filled.subject)
        return tuple(
            one.seat
            for one in seats
            # Nobody is asked for what nobody wanted to know of this person.
            if any(touches(target, admitted.wanted) for target in one.seat.targets)
            and (one.seat.when is None or one.seat.when(known))
            and self._drawn(one, admitted.caller.tenant, inquiry.id)
        )

    def _drawn(self, one: ShadowSeat, tenant: str, inquiry_id: str) -> bool:
        digest = keyed_hash(self.key, tenant, one.seat.connector, inquiry_id)
        return int(digest[:16], 16) / _WHOLE < one.share
