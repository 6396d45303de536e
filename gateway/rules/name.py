"""A person's name: how it is written, and what cannot be part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal
from unicodedata import category, normalize

from pydantic import Field

from connectors.kit import Kit, Strict

from .contract import Judgement, Rule, SubjectPath, broken, known, of_text, together, written

_DOTS = str.maketrans(dict.fromkeys("•‧．・･∙⋅", "·"))
_HAN = re.compile(
    "[·\\s\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but part of how Persian and Indian names are spelt."""
_UNFIT = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})


class Name(Strict):
    """
    Judges names of any script; rare characters stay as they are.

    ``{kind: name}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["name"] = "name"
    field: SubjectPath = "name"
    min: int = Field(default=2, ge=1)
    max: int = Field(default=25, ge=1)
    """Characters; names from elsewhere may need more than China's 25."""

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        return of_text(self.field, self.kind, self._judge)

    def _judge(self, text: str) -> Judgement:
        name = _normal(text)
        found = together(self._faults(text, name))
        return found if found.violations else written(self.field, text, name)

    def _faults(self, text: str, name: str) -> Iterator[Judgement]:
        # The text as supplied: trimming takes control characters off its ends.
        if any(category(char) in _UNFIT and char not in _JOINERS for char in text):
            yield broken(self.field, "name.control", "a control or invisible character")
        if not self.min <= len(name) <= self.max:
            yield broken(self.field, "name.length", "too short or too long for a name")
        if not any(category(char)[0] == "L" or category(char) == "Co" for char in name):
            yield broken(self.field, "name.letters", "a name has letters")


def _normal(text: str) -> str:
    # Twice: before, since NFKC makes a full stop of a full-width dot; after, since
    # it makes a dot of a half-width one.
    name = normalize("NFKC", text.translate(_DOTS)).translate(_DOTS)
    return "".join(name.split()) if _HAN.fullmatch(name) else " ".join(name.split())
