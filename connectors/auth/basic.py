"""A user and a password, as RFC 7617 writes them."""

from __future__ import annotations

from base64 import b64encode
from typing import Literal

from ..contract import Transport
from ..faults import ConfigError
from ..kit import Kit, Strict
from ..message.into import Into
from ..template import Language
from ..template.constant import constant, secret
from .contract import Auth, Fixed


class Basic(Strict):
    """``{kind: basic, username: "${secrets.acme_user}", password: ""}``."""

    kind: Literal["basic"]
    username: str
    password: str
    into: Into = Into(header="Authorization", format="Basic {token}")

    def build(self, _kit: Kit, language: Language, _transport: Transport, _bureau: str) -> Auth:
        username = constant(self.username, language, "username")
        if ":" in username:
            raise ConfigError("a colon would end it", ("username",))
        password = secret(self.password, language, "password")
        return Fixed(self.into, b64encode(f"{username}:{password}".encode()).decode())
