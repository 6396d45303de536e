"""Marks what two bureaus say differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from connectors.kit import Strict

from ..fields import access
from ..fields.paths import covers
from ..subject.violation import Violation
from .contract import Check, CheckFinding, Evidence


class Agrees(Strict):
    """Whoever of `across` gives `field` must give the same; else it is in conflict."""

    kind: Literal["agrees"]
    field: str
    across: tuple[str, ...] = Field(min_length=2)

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.field,)

    def build(self) -> Check:
        def check(evidence: Evidence) -> CheckFinding:
            said = [
                given
                for name in self.across
                if name in evidence.by_connector
                and (given := access.value(evidence.by_connector[name], self.field)) is not None
            ]
            if all(given == said[0] for given in said):
                return CheckFinding()
            marked = {
                path: replace(meta, conflict=True)
                for path, meta in evidence.fields.items()
                if covers(self.field, path)
            }
            warning = Violation(self.field, "agrees.conflict", "connectors disagree")
            return CheckFinding(fields=marked, warnings=(warning,))

        return check
