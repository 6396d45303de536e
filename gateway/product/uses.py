"""How a product uses connectors: one by itself, some in a waterfall, one on trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from connectors.answer.billing import Price
from connectors.kit import Strict
from connectors.select.matcher import Matcher

from .waterfall import Waterfall


class Shadow(Strict):
    """Asked beside the others to be compared with them: nothing of it reaches a caller."""

    share: float = Field(gt=0, le=1)
    """Of the inquiries, drawn by their ids."""
    max_cost_per_day: Price
    """Past which it is not asked until the next day (UTC)."""


class ConnectorUse(Strict):
    """One connector of a product."""

    connector: str
    required: bool = False
    """Whether the report stands without its answer."""
    needs: tuple[str, ...] = ()
    """Connectors, or waterfalls, whose user info its request refers to; they are asked first."""
    when: Mapping[str, Matcher] = Field(default_factory=dict)
    """On what of the inquiry it is asked at all; all must hold, and else it is not needed."""
    shadow: Shadow | None = None

    @model_validator(mode="after")
    def _optional(self) -> Self:
        if self.shadow is not None and self.required:
            raise ValueError("a shadow is not required: no report hangs on it")
        return self

    @property
    def name(self) -> str:
        return self.connector

    @property
    def members(self) -> tuple[str, ...]:
        return (self.connector,)


class WaterfallUse(Strict):
    """Some connectors of a product, one after the other."""

    waterfall: Waterfall
    required: bool = False
    """Whether the report stands without `min_success` answers."""
    needs: tuple[str, ...] = ()
    """Connectors, or waterfalls, whose user info its members refer to; they are asked first."""
    when: Mapping[str, Matcher] = Field(default_factory=dict)
    """On what of the inquiry it is asked at all; all must hold, and else it is not needed."""

    @property
    def name(self) -> str:
        return self.waterfall.name

    @property
    def members(self) -> tuple[str, ...]:
        return self.waterfall.order

    @property
    def shadow(self) -> None:
        """No waterfall is on trial."""


def _kind(use: object) -> str:
    if isinstance(use, Mapping):
        return "waterfall" if "waterfall" in use else "connector"
    return "waterfall" if isinstance(use, WaterfallUse) else "connector"


AnyUse = Annotated[
    Annotated[ConnectorUse, Tag("connector")] | Annotated[WaterfallUse, Tag("waterfall")],
    Discriminator(_kind),
]
"""Told apart by their first key."""
