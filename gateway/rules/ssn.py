"""The social security number of the United States."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from stdnum.exceptions import ValidationError
from stdnum.us import ssn

from connectors.contract import Values
from connectors.kit import Kit, Strict

from .contract import SILENT, Judgement, Rule, SubjectPath, broken, known, narrow, of_text, written

_FORM = re.compile(r"[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}")


class Ssn(Strict):
    """
    Judges social security numbers, where `id_type` says that it is one.

    ``{kind: ssn}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["ssn"] = "ssn"
    field: SubjectPath = "id_number"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        judge = of_text(self.field, self.kind, self._judge)

        def rule(subject: Values) -> Judgement:
            return judge(subject) if subject.get("id_type") == "SSN" else SILENT

        return rule

    def _judge(self, text: str) -> Judgement:
        if not _FORM.fullmatch(narrow(text)):
            return broken(self.field, "ssn.format", "nine digits")
        number = re.sub("[- ]", "", narrow(text))
        try:
            ssn.validate(number)
        except ValidationError:
            return broken(self.field, "ssn.range", "a number that was never given out")
        return written(self.field, text, number)
