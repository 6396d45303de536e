"""The Chinese mobile number."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from connectors.kit import Kit, Strict

from .contract import Judgement, Rule, SubjectPath, broken, known, narrow, of_text, written

_COUNTRY = re.compile(r"^(?:\+|00)86")
_FORM = re.compile(r"1[3-9][0-9]{9}")


class Mobile(Strict):
    """
    Judges the mobile numbers of mainland China; writes them without the country's code.

    ``{kind: mobile}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["mobile"] = "mobile"
    field: SubjectPath = "mobile"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        return of_text(self.field, self.kind, self._judge)

    def _judge(self, text: str) -> Judgement:
        number = _COUNTRY.sub("", re.sub(r"[\s-]", "", narrow(text)))
        if not _FORM.fullmatch(number):
            return broken(self.field, "mobile.format", "11 digits that begin with 13 to 19")
        return written(self.field, text, number)
