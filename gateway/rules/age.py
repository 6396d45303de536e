"""The age within which a product is offered."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from connectors.contract import Values
from connectors.kit import Kit, Strict

from ..subject import resident_id
from .contract import SILENT, Judgement, Rule, SubjectPath, broken, known


class Age(Strict):
    """
    The age in full years, by the birth date or, where it is absent, by the identity number.

    ``{kind: age, min: 18, max: 65}``
    """

    crosses: ClassVar[bool] = True

    kind: Literal["age"] = "age"
    field: SubjectPath = "date_of_birth"
    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("min or max is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, date)

        def rule(subject: Values) -> Judgement:
            today = kit.clock.utc().date()
            born = subject.get(self.field)
            if isinstance(born, date):
                return self._judge(self.field, born, today)
            number = resident_id.of(subject, today)
            if number is None or number.birth_date is None:
                return SILENT
            return self._judge("id_number", number.birth_date, today)

        return rule

    def _judge(self, path: str, born: date, today: date) -> Judgement:
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if years < (self.min or 0):
            return broken(path, "age.min", "below the least age of this product")
        if self.max is not None and years > self.max:
            return broken(path, "age.max", "above the greatest age of this product")
        return SILENT
