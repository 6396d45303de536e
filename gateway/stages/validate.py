"""The second stage: what is there is well-formed, or the inquiry is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InvalidFields
from ..model import Admitted, Valid
from ..rules import Rule


@dataclass(frozen=True, slots=True)
class Validate:
    """Judges the subject by the rules of the product asked for; all violations at once."""

    rules: Mapping[str, Rule]
    """By product."""

    def __call__(self, admitted: Admitted) -> Valid:
        inquiry = admitted.inquiry
        judged = self.rules[inquiry.product](inquiry.subject)
        if judged.violations:
            raise InvalidFields(judged.violations)
        return Valid(admitted, {**inquiry.subject, **judged.normalised}, judged.warnings)
