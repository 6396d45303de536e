"""Where a test may put a bug, to see that it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from connectors.kit import Ledger
from connectors.spec import ConnectorSpec

from .network import Line


def _sound(spec: ConnectorSpec) -> ConnectorSpec:
    return spec


def _honest(ledger: Ledger) -> Ledger:
    return ledger


@dataclass(frozen=True, slots=True)
class Plant:
    """What takes the place of the gateway's own parts; nothing, where no bug is wanted."""

    spec: Callable[[ConnectorSpec], ConnectorSpec] = _sound
    """Its fields build the layers: retry, cache, timeout."""
    ledger: Callable[[Ledger], Ledger] = _honest
    line: type[Line] = Line
    resends: bool = False
    """Whether a new process asks again what the one before it had under way."""


SOUND: Final = Plant()
