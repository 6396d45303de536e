"""The Chinese resident identity number: form, region, birth date and check digit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from connectors.contract import Values
from connectors.kit import Kit, Strict

from ..subject import resident_id
from ..subject.resident_id import ResidentId
from .contract import (
    SILENT,
    Judgement,
    Rule,
    SubjectPath,
    broken,
    known,
    of_text,
    together,
    written,
)


class IdNumber(Strict):
    """
    Judges resident identity numbers, and no others: `id_type` is absent or RESIDENT_ID.

    ``{kind: id_number}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["id_number"] = "id_number"
    field: SubjectPath = "id_number"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        judge = of_text(self.field, self.kind, lambda text: self._judge(text, kit))

        def rule(subject: Values) -> Judgement:
            return judge(subject) if resident_id.applies(subject) else SILENT

        return rule

    def _judge(self, text: str, kit: Kit) -> Judgement:
        number = resident_id.read(text)
        if number is None:
            return broken(self.field, "id_number.format", "18 or 15 digits; the last may be X")
        found = together(self._faults(number, kit.clock.utc().date()))
        if found.violations:
            return found
        return together((found, written(self.field, text, number.number)))

    def _faults(self, number: ResidentId, today: date) -> Iterator[Judgement]:
        region, born = number.region_code, number.birth_date
        if region and region[:2] not in resident_id.provinces():
            yield broken(self.field, "id_number.region", "the first two digits name no province")
        elif region and region not in resident_id.region_codes():
            # Codes come and go with counties, and no list is complete.
            yield broken(self.field, "id_number.region", "unknown region", "warn")
        if born is None:
            yield broken(self.field, "id_number.birth_date", "the birth date is no calendar date")
        elif born > today:
            yield broken(self.field, "id_number.birth_date", "the birth date lies in the future")
        if not number.checks:
            yield broken(self.field, "id_number.checksum", "the check digit does not fit")
