"""The unified social credit code of an organisation (GB 32100)."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from stdnum.cn import uscc

from connectors.kit import Kit, Strict

from .contract import Judgement, Rule, SubjectPath, broken, known, narrow, of_text, written

# Not stdnum's own form: it wants eight digits first, and refuses the military
# (A1) and rural collectives (N2).
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def read(text: str) -> str | None:
    """Read a code, without separators; None where it has not the form."""
    code = re.sub(r"[\s-]", "", narrow(text)).upper()
    return code if _FORM.fullmatch(code) else None


def checks(code: str) -> bool:
    """Whether the last character fits the others."""
    return bool(code[-1] == uscc.calc_check_digit(code[:-1]))


class Uscc(Strict):
    """
    Judges unified social credit codes.

    ``{kind: uscc}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["uscc"] = "uscc"
    field: SubjectPath = "employer.uscc"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        return of_text(self.field, self.kind, self._judge)

    def _judge(self, text: str) -> Judgement:
        code = read(text)
        if code is None:
            return broken(
                self.field, "uscc.format", "18 digits and capital letters other than I O S V Z"
            )
        if not checks(code):
            return broken(self.field, "uscc.checksum", "the check character does not fit")
        return written(self.field, text, code)
