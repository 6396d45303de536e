"""The bank card number: length and Luhn's check digit."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from stdnum import luhn

from connectors.kit import Kit, Strict

from .contract import (
    Judgement,
    Level,
    Rule,
    SubjectPath,
    broken,
    known,
    narrow,
    of_text,
    together,
    written,
)

_FORM = re.compile(r"[0-9]{13,19}")


class BankCard(Strict):
    """
    Judges bank card numbers; writes them without spaces and hyphens.

    ``{kind: bank_card, level: warn}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["bank_card"] = "bank_card"
    field: SubjectPath = "bank_card"
    level: Level = "refuse"
    """Of a bad check digit: a few old domestic cards are right without a good one."""

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        return of_text(self.field, self.kind, self._judge)

    def _judge(self, text: str) -> Judgement:
        number = re.sub(r"[\s-]", "", narrow(text))
        if not _FORM.fullmatch(number):
            return broken(self.field, "bank_card.format", "13 to 19 digits")
        right = written(self.field, text, number)
        if luhn.is_valid(number):
            return right
        bad = broken(self.field, "bank_card.checksum", "the check digit does not fit", self.level)
        return bad if bad.violations else together((bad, right))
