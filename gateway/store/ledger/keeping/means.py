"""What every ledger needs, and how its parts are put together, whatever database keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from connectors.kit import Clock

from ...sealing import Sealer
from ..chain.growing import Chain
from ..replies import SealedReplies

KEPT = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Means:
    """Clock, chance and keys."""

    clock: Clock
    random: Random = field(repr=False)
    currency: str
    key: bytes = field(repr=False)
    """Keys the chain and its heads."""
    sealer: Sealer
    """Seals answers."""
    keep_replies: float = KEPT
    """Seconds."""

    def chain(self) -> Chain:
        """Begin the chain of a new instance."""
        return Chain(self.key, self.random.randbytes(16).hex())

    @property
    def sealed(self) -> SealedReplies:
        return SealedReplies(self.sealer, self.clock, self.keep_replies)
