"""A token that the bureau gave us for good."""

from __future__ import annotations

from typing import Literal

from ..contract import Transport
from ..kit import Kit, Strict
from ..message.into import Into
from ..template import Language
from ..template.constant import secret
from .contract import Auth, Fixed

BEARER = Into(header="Authorization", format="Bearer {token}")


class Bearer(Strict):
    """``{kind: bearer, token: "${secrets.acme_token}"}``."""

    kind: Literal["bearer"]
    token: str
    into: Into = BEARER

    def build(self, _kit: Kit, language: Language, _transport: Transport, _bureau: str) -> Auth:
        return Fixed(self.into, secret(self.token, language, "token"))
