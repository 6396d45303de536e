"""How a connector failed, said again from what was written down of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.errors import ConnectorError
from connectors.words import Billed, Outcome


def _kinds(of: type[ConnectorError]) -> Iterator[type[ConnectorError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


KINDS = {
    kind.outcome: kind for kind in reversed(list(_kinds(ConnectorError))) if "outcome" in vars(kind)
}
"""By outcome; of a family with one outcome, its head."""


def failure(
    connector: str, outcome: Outcome, billed: Billed, cost: Decimal, call_id: str, note: str = ""
) -> ConnectorError | None:
    """Make the error of that outcome; None for one that no connector raises."""
    kind = KINDS.get(outcome)
    if kind is None:
        return None
    error = kind(connector, note)
    error.billed, error.cost, error.call_id = billed, cost, call_id
    return error
