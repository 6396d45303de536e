"""What is asked, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..model import Answer, Granted, Inquiry, Verified
from ..store.ledger.contract import Claimed


@dataclass(frozen=True, slots=True)
class Asked:
    """An inquiry that can be told from all others, and be made again from what is kept of it."""

    inquiry: Inquiry
    request: bytes = field(repr=False)
    """As its caller sent it."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Given:
    """A report, and what makes it this one and no other."""

    verified: Verified
    report_id: str
    created_at: datetime
    answers: Mapping[str, Answer] = field(repr=False)
    """All that were given, by connector, at what they cost when they were bought."""
    replayed: bool = False
    """Whether it was made of what was kept, and nobody was asked for it."""


class Repeated(Exception):
    """An inquiry of this id was made before; this one was authorised, and nothing else."""

    def __init__(self, granted: Granted, claimed: Claimed) -> None:
        super().__init__("the inquiry was made before")
        self.granted = granted
        self.claimed = claimed
