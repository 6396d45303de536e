"""Who may be given again what was answered before: judged as of today, and by no plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...model import Granted, Recalled
from ..plan import Seat
from .terms import Terms, refused


def with_recalled(
    granted: Granted, seats: Iterable[Seat], recalled: Recalled, terms: Mapping[str, Terms]
) -> Granted:
    """
    Grant also those whose answers are given again.

    What was bought is given whatever would be planned today, if its purpose and its
    consent allow; who is not asked needs nobody. Raises `ConsentFails`.
    """
    again = tuple(
        replace(seat, needs=()) for seat in seats if seat.connector in recalled.connectors
    )
    may_not = refused(again, terms, granted.filled.valid.admitted, granted.granted_at)
    names = [seat.connector for seat in again if seat.connector not in may_not]
    asked = tuple(name for name in granted.connectors if name not in may_not)
    left_out = {name: why for name, why in granted.refused.items() if name not in names}
    return replace(
        granted,
        # In a waterfall they have their turn first: nobody else is bought in their place.
        connectors=(*names, *(name for name in asked if name not in names)),
        refused={**left_out, **may_not},
        known=granted.known.union(names),
    )
