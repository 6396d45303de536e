"""A constant, where the subject says nothing."""

from __future__ import annotations

from datetime import date
from typing import Literal

from connectors.contract import Values
from connectors.faults import ConfigError
from connectors.kit import Kit, Strict

from ..rules.contract import SubjectPath, known
from ..subject.filling import FieldOrigin, Filling
from .contract import Filler, FillerKit, Need, filled


class Default(Strict):
    """
    Gives one field one value.

    ``{kind: default, field: subject.nationality, value: CN}``
    """

    kind: Literal["default"] = "default"
    field: SubjectPath
    value: bool | int | date | str

    def build(self, tools: FillerKit) -> Filler:
        value = self._typed(tools.kit)

        async def fill(subject: Values, _: Need) -> tuple[Filling, ...]:
            return filled(subject, FieldOrigin.DEFAULTED, self.kind, {self.field: value})

        return fill

    def _typed(self, kit: Kit) -> object:
        known(kit, self.field)
        wanted = kit.schema.roots["subject"][self.field]
        value = self.value
        if type(value) is not wanted:
            raise ConfigError(f"{self.field} is of another type", ("value",))
        return value
