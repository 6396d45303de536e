"""How long an answer may be given again, by what it says."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from ...kit import Strict
from ...units import Seconds
from ...words import Outcome

NEGATIVE = frozenset({Outcome.NO_HIT, Outcome.NO_SCORE, Outcome.BLOCKED})
LONGEST_NEGATIVE = 15 * 60.0
"""Seconds that a negative answer is kept where nothing is said (spec 5)."""


class Lifetimes(Strict):
    """How long an answer may be given again. Nothing said: not at all."""

    ttl: Seconds = 0.0
    negative_ttl: Mapping[Outcome, Seconds] = Field(default_factory=dict)
    stale_if_error: Seconds = 0.0
    """
    How long past its time an answer is still given where asking anew fails.

    It is labelled STALE. Not for a hard inquiry.
    """

    @field_validator("negative_ttl")
    @classmethod
    def _negative(cls, value: Mapping[Outcome, float]) -> Mapping[Outcome, float]:
        if wrong := sorted(value.keys() - NEGATIVE):
            raise ValueError(f"{wrong[0]} has no negative ttl: only {sorted(NEGATIVE)} have")
        return value

    def seconds(self, outcome: Outcome) -> float:
        if outcome in (Outcome.HIT, Outcome.MISMATCH):
            return self.ttl
        if outcome in NEGATIVE:
            return self.negative_ttl.get(outcome, min(self.ttl, LONGEST_NEGATIVE))
        return 0.0

    @property
    def keeps(self) -> bool:
        """Whether any answer is kept."""
        return self.ttl > 0 or any(self.negative_ttl.values())
