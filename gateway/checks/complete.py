"""Says without which fields a report does not stand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from connectors.kit import Strict
from connectors.words import FieldStatus

from ..fields.paths import covers
from .contract import Check, CheckFinding, Evidence


class Complete(Strict):
    """Each path must be there: itself, or something below it."""

    kind: Literal["complete"]
    required: tuple[str, ...] = Field(min_length=1)

    @property
    def paths(self) -> tuple[str, ...]:
        return self.required

    def build(self) -> Check:
        def check(evidence: Evidence) -> CheckFinding:
            present = [
                path for path, meta in evidence.fields.items() if meta.status is FieldStatus.PRESENT
            ]
            lacking = tuple(
                path for path in self.required if not any(covers(path, had) for had in present)
            )
            return CheckFinding(lacking=lacking)

        return check
