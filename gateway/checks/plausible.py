"""Refuses values that can not be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import isfinite
from typing import Literal

from datachannel.v1 import values_pb2

from connectors.kit import Strict
from connectors.words import FieldStatus

from ..fields import access
from ..subject.violation import Violation
from .contract import Check, CheckFinding, Evidence


class Plausible(Strict):
    """A number outside `range` (for money: in minor units) is not passed on."""

    kind: Literal["plausible"]
    field: str
    range: tuple[Decimal, Decimal]

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.field,)

    def build(self) -> Check:
        low, high = self.range

        def check(evidence: Evidence) -> CheckFinding:
            given = access.value(evidence.user_info, self.field)
            if isinstance(given, values_pb2.Amount):
                given = given.minor_units
            if not isinstance(given, int | float) or (
                isfinite(given) and low <= Decimal(str(given)) <= high
            ):
                return CheckFinding()
            access.clear(evidence.user_info, self.field)
            marked = {
                path: replace(meta, status=FieldStatus.INVALID_VALUE, origin=None)
                for path, meta in evidence.fields.items()
                if path == self.field
            }
            warning = Violation(self.field, "plausible.range", "outside the plausible range")
            return CheckFinding(fields=marked, warnings=(warning,))

        return check
