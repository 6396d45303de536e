"""One connector's place in a product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ...product import Waterfall
from ..inputs import LookUp

Condition = Callable[[LookUp], bool]
"""Tells of an inquiry's values whether a connector is asked."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One connector's place in a product; those of one waterfall stand side by side."""

    connector: str
    bureau: str
    required: bool
    """Of a member of a waterfall: whether that is."""
    needs: tuple[str, ...]
    """Connectors and waterfalls, by name."""
    targets: tuple[str, ...]
    """UserInfo paths that it can give."""
    price: Decimal
    """Of a billed call, in the billing currency."""
    patience: float
    """Seconds that one attempt may take, all of its messages; of a job, no end."""
    when: Condition | None = None
    """On what of an inquiry it is asked; None for always."""
    waterfall: Waterfall | None = None
    expected: Decimal | None = None
    """What a call is likely to cost; None for its price."""
    united: tuple[str, ...] = ()
    """Those of its targets whose rows stand beside everybody else's: no other gives them."""

    def __hash__(self) -> int:
        """Plans are looked up by their seats: that must cost next to nothing."""
        return hash(self.connector)

    @property
    def unit(self) -> str:
        """What `needs` calls it, or the waterfall that it is one of."""
        return self.waterfall.name if self.waterfall else self.connector

    @property
    def likely(self) -> Decimal:
        return self.price if self.expected is None else self.expected
