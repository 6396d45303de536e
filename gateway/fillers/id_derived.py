"""What a Chinese resident identity number says of its holder."""

from __future__ import annotations

from typing import Literal

from connectors.contract import Values
from connectors.kit import Strict

from ..subject import resident_id
from ..subject.filling import FieldOrigin, Filling
from .contract import Filler, FillerKit, Need, filled


class IdDerived(Strict):
    """
    Derives `date_of_birth`, `sex`, `id_type` and `region_code`, of a sound number only.

    ``{kind: id_derived}``
    """

    kind: Literal["id_derived"] = "id_derived"

    def build(self, tools: FillerKit) -> Filler:
        clock = tools.kit.clock

        async def fill(subject: Values, _: Need) -> tuple[Filling, ...]:
            number = resident_id.of(subject, clock.utc().date())
            if number is None:
                return ()
            says = {
                "date_of_birth": number.birth_date,
                "sex": number.sex,
                "id_type": number.id_type,
                "region_code": number.region_code,
            }
            return filled(subject, FieldOrigin.DERIVED, self.kind, says)

        return fill
