"""Whether what a subject states agrees with what the identity number says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar, Literal

from connectors.contract import Values
from connectors.kit import Kit, Strict

from ..subject import resident_id
from ..subject.resident_id import ResidentId
from .contract import SILENT, Judgement, Level, Rule, SubjectPath, broken, known


class SameBirthDate(Strict):
    """
    The birth date is the one in the identity number.

    ``{kind: same_birth_date, level: warn}``
    """

    crosses: ClassVar[bool] = True

    kind: Literal["same_birth_date"] = "same_birth_date"
    field: SubjectPath = "date_of_birth"
    level: Level = "refuse"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, date)
        different = broken(self.field, self.kind, "differs from id_number", self.level)
        return _same(kit, self.field, lambda number: number.birth_date, different)


class SameSex(Strict):
    """
    The sex is the one in the identity number.

    ``{kind: same_sex, level: warn}``
    """

    crosses: ClassVar[bool] = True

    kind: Literal["same_sex"] = "same_sex"
    field: SubjectPath = "sex"
    level: Level = "refuse"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        different = broken(self.field, self.kind, "differs from id_number", self.level)
        return _same(kit, self.field, lambda number: number.sex, different)


def _same(kit: Kit, field: str, says: Callable[[ResidentId], object], different: Judgement) -> Rule:
    def rule(subject: Values) -> Judgement:
        if field not in subject:
            return SILENT
        # A number that is wrong in itself is the id_number rule's business.
        number = resident_id.of(subject, kit.clock.utc().date())
        return SILENT if number is None or says(number) == subject[field] else different

    return rule
