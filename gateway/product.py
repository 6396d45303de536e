"""What a caller may order: `config/products/NAME.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from connectors.kit import Strict
from connectors.policy.inputs import Inputs
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


class ConnectorUse(Strict):
    """One connector of a product."""

    connector: str
    required: bool = False
    """Whether the report stands without its answer."""
    needs: tuple[str, ...] = ()
    """Connectors whose user info its request refers to; they are asked first."""


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

    @field_validator("connectors")
    @classmethod
    def _once(cls, value: tuple[ConnectorUse, ...]) -> tuple[ConnectorUse, ...]:
        seen: set[str] = set()
        for use in value:
            if use.connector in seen:
                raise ValueError(f"connector {use.connector} stands twice")
            if missing := [need for need in use.needs if need not in seen]:
                raise ValueError(f"{use.connector} needs {missing[0]}, which must stand before it")
            seen.add(use.connector)
        return value
