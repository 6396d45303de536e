"""The e-mail address, in the part of the syntax that mail in fact uses."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from connectors.kit import Kit, Strict

from .contract import Judgement, Rule, SubjectPath, broken, known, narrow, of_text, written

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FORM = re.compile(
    rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|xn--{_LABEL}))"
)
_MAX = 254
_MAX_LOCAL = 64


class Email(Strict):
    """
    Judges e-mail addresses; writes the domain in lower case.

    ``{kind: email}``
    """

    crosses: ClassVar[bool] = False

    kind: Literal["email"] = "email"
    field: SubjectPath = "email"

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        return of_text(self.field, self.kind, self._judge)

    def _judge(self, text: str) -> Judgement:
        address = narrow(text)
        # The length comes first, so that no address is long enough to be slow.
        found = _FORM.fullmatch(address) if len(address) <= _MAX else None
        if found is None or len(found["local"]) > _MAX_LOCAL:
            return broken(self.field, "email.format", "not an e-mail address")
        return written(self.field, text, f"{found['local']}@{found['domain'].lower()}")
