"""A key in a header, the query, the path or a field."""

from __future__ import annotations

from typing import Literal

from ..contract import Transport
from ..kit import Kit, Strict
from ..message.into import Into
from ..template import Language
from ..template.constant import secret
from .contract import Auth, Fixed


class ApiKey(Strict):
    """``{kind: api_key, key: "${secrets.acme_key}", into: {header: X-Api-Key}}``."""

    kind: Literal["api_key"]
    key: str
    """A template of secrets, environment and text."""
    into: Into

    def build(self, _kit: Kit, language: Language, _transport: Transport, _bureau: str) -> Auth:
        return Fixed(self.into, secret(self.key, language, "key"))
