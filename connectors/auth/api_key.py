"""A key in a header, the query, the path or a field."""

from __future__ import annotations

from typing import Literal

from ..constant import constant
from ..contract import Transport
from ..into import Into
from ..kit import Kit, Strict
from ..template import Language
from .contract import Auth, Fixed


class ApiKey(Strict):
    """``{kind: api_key, key: "${secrets.acme_key}", into: {header: X-Api-Key}}``."""

    kind: Literal["api_key"]
    key: str
    """A template of secrets, environment and text."""
    into: Into

    def build(self, _kit: Kit, language: Language, _transport: Transport, _bureau: str) -> Auth:
        return Fixed(self.into, constant(self.key, language, "key"))
