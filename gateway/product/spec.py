"""Everything that makes one product different from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from connectors.answer.billing import Price
from connectors.kit import Strict
from connectors.policy.inputs import Inputs
from connectors.units import Seconds
from connectors.words import Purpose

from ..checks import AnyCheck
from ..fields.paths import covers
from ..fillers import AnyFiller
from ..rules import AnyRule
from .order import check_order
from .uses import AnyUse, ConnectorUse


class Deadline(Strict):
    """How long an inquiry takes at most."""

    default: Seconds = 3.0
    """Where the caller sets none."""
    max: Seconds = 10.0


class Prefer(Strict):
    """Of two that give the same field, the one named earlier wins."""

    prefer: tuple[str, ...] = Field(min_length=2)


Merge = Literal["union"] | Prefer
"""``union`` keeps all rows of a list."""


class ProductSpec(Strict):
    """Everything that makes one product different from another."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    fields: tuple[str, ...] = Field(min_length=1)
    """UserInfo paths; a path offers all below it."""
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    inputs: Inputs = Inputs()
    deadline: Deadline = Deadline()
    max_cost: Price | None = None
    """The most that one inquiry may cost; a caller may say less."""
    choose: Literal["all", "cheapest"] = "all"
    """
    Which of the optional connectors that can give a wanted field are asked.

    ``cheapest`` asks as few as cover all wanted fields, at the least expected cost.
    """
    rules: tuple[AnyRule, ...] = Field(default=(), alias="validate")
    fill: tuple[AnyFiller, ...] = ()
    connectors: tuple[AnyUse, ...] = Field(min_length=1)
    merge: Mapping[str, Merge] = Field(default_factory=dict)
    checks: tuple[AnyCheck, ...] = ()

    def merge_rule(self, field: str) -> str | None:
        """Name the path under `merge` that decides about a field: the closest that covers it."""
        return max((path for path in self.merge if covers(path, field)), key=len, default=None)

    @property
    def asked(self) -> tuple[AnyUse, ...]:
        """Those whose answers make the report."""
        return tuple(use for use in self.connectors if use.shadow is None)

    @property
    def shadows(self) -> tuple[ConnectorUse, ...]:
        """Those that are only compared with them."""
        return tuple(
            use
            for use in self.connectors
            if isinstance(use, ConnectorUse) and use.shadow is not None
        )

    @property
    def members(self) -> tuple[str, ...]:
        """The connectors whose answers make the report, by name."""
        return tuple(name for use in self.asked for name in use.members)

    @field_validator("connectors")
    @classmethod
    def _once(cls, value: tuple[AnyUse, ...]) -> tuple[AnyUse, ...]:
        check_order(value)
        return value
