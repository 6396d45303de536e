"""What a caller may order: `config/products/NAME.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.answer.billing import Price
from connectors.kit import Strict
from connectors.policy.inputs import Inputs
from connectors.select.matcher import Matcher
from connectors.units import Seconds
from connectors.words import Purpose

from .checks import AnyCheck
from .fields.paths import covers
from .fillers import AnyFiller
from .rules import AnyRule


class Deadline(Strict):
    """How long an inquiry takes at most."""

    default: Seconds = 3.0
    """Where the caller sets none."""
    max: Seconds = 10.0


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
    """Connectors whose user info its request refers to; they are asked first."""
    when: Mapping[str, Matcher] = Field(default_factory=dict)
    """On what of the inquiry it is asked at all; all must hold, and else it is not needed."""
    shadow: Shadow | None = None

    @model_validator(mode="after")
    def _optional(self) -> Self:
        if self.shadow is not None and self.required:
            raise ValueError("a shadow is not required: no report hangs on it")
        return self


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
    rules: tuple[AnyRule, ...] = Field(default=(), alias="validate")
    fill: tuple[AnyFiller, ...] = ()
    connectors: tuple[ConnectorUse, ...] = Field(min_length=1)
    merge: Mapping[str, Merge] = Field(default_factory=dict)
    checks: tuple[AnyCheck, ...] = ()

    def merge_rule(self, field: str) -> str | None:
        """Name the path under `merge` that decides about a field: the closest that covers it."""
        return max((path for path in self.merge if covers(path, field)), key=len, default=None)

    @property
    def asked(self) -> tuple[ConnectorUse, ...]:
        """Those whose answers make the report."""
        return tuple(use for use in self.connectors if use.shadow is None)

    @property
    def shadows(self) -> tuple[ConnectorUse, ...]:
        """Those that are only compared with them."""
        return tuple(use for use in self.connectors if use.shadow is not None)

    @field_validator("connectors")
    @classmethod
    def _once(cls, value: tuple[ConnectorUse, ...]) -> tuple[ConnectorUse, ...]:
        seen: set[str] = set()
        shadows = {use.connector for use in value if use.shadow is not None}
        if len(shadows) == len(value):
            raise ValueError("all of them are shadows: nobody is left to give an answer")
        for use in value:
            if use.connector in seen:
                raise ValueError(f"connector {use.connector} stands twice")
            if hidden := [need for need in use.needs if need in shadows]:
                raise ValueError(f"{use.connector} needs {hidden[0]}, which is a shadow")
            if missing := [need for need in use.needs if need not in seen]:
                raise ValueError(f"{use.connector} needs {missing[0]}, which must stand before it")
            seen.add(use.connector)
        return value
