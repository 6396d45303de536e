"""Connectors of which one is asked after the other, until enough have answered."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from connectors.kit import Strict
from connectors.units import Seconds
from connectors.words import ANSWERS, MAPPED, Outcome

NAME = r"^[a-z][a-z0-9_]{0,63}$"

NO_END = frozenset({Outcome.HIT, Outcome.PENDING, Outcome.NEED_MORE, Outcome.NOT_NEEDED})
"""With none of these has a call ended so that another could give what it did not."""


class Waterfall(Strict):
    """Who is asked in turn, and on what the next: each of them is a purchase of its own."""

    name: str = Field(pattern=NAME)
    """What `needs` of later connectors says."""
    order: tuple[str, ...] = Field(min_length=2)
    """Its connectors. One whose answer is known already is asked before the others."""
    continue_on: frozenset[Outcome] = Field(min_length=1)
    """How a member may end for the next one to be asked; with anything else, all is over."""
    min_success: int = Field(default=1, ge=1)
    """How many must answer, with an outcome on which the next one would not be asked."""
    start_if_remaining: Seconds = 0.0
    """What must be left of the time for another member to be asked after the first."""

    @field_validator("continue_on")
    @classmethod
    def _ends(cls, value: frozenset[Outcome]) -> frozenset[Outcome]:
        if wrong := sorted(value & NO_END):
            raise ValueError(f"after {wrong[0]} there is nothing that another could be asked for")
        return value

    @model_validator(mode="after")
    def _members(self) -> Self:
        if len({*self.order}) < len(self.order):
            raise ValueError("one connector stands twice in its order")
        if self.min_success > len(self.order):
            raise ValueError(
                f"it has {len(self.order)} members, and {self.min_success} can not answer"
            )
        return self

    @property
    def is_exclusive(self) -> bool:
        """Whether no two of its members give values: then nothing of them is ever merged."""
        return self.min_success == 1 and not self.continue_on & MAPPED

    def answers(self, outcome: Outcome) -> bool:
        """Whether one that ended so counts as having answered."""
        return outcome in ANSWERS and outcome not in self.continue_on
