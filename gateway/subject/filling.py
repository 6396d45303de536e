"""A value that the gateway added to an inquiry, and where values come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique


@unique
class FieldOrigin(StrEnum):
    """Where a value comes from."""

    SUPPLIED = "SUPPLIED"
    DERIVED = "DERIVED"
    DEFAULTED = "DEFAULTED"
    STORED = "STORED"
    BUREAU = "BUREAU"


@dataclass(frozen=True, slots=True)
class Filling:
    """One value that the gateway added, and why."""

    path: str
    """Below the subject: ``date_of_birth``, ``address.city``."""
    value: object = field(repr=False)
    origin: FieldOrigin
    rule_id: str
    as_of: datetime | None = None
    """When a stored value was last confirmed."""
