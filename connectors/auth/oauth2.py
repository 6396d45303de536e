"""The two grants of OAuth 2.0 (RFC 6749) that machines use, as presets of a login."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..contract import Transport
from ..faults import Findings
from ..kit import Kit, Strict
from ..message.into import Into
from ..template import Language
from ..template.constant import secret
from ..units import Seconds
from .basic import Basic
from .bearer import BEARER
from .contract import Auth
from .expiry import Expires
from .login import Login, LoginRequest
from .none import NoAuth


class Send(Strict):
    """How the two halves of a token request are written."""

    grant: Literal["form", "json"] = "form"
    client: Literal["basic", "body", "header"] = "body"
    """`header` is ``Client_id`` and ``Client_secret``, as Experian wants them."""


class _OAuth2(Strict):
    token_url: str = Field(pattern="^/")
    """A path of the bureau."""
    client_id: str
    client_secret: str
    scope: str | None = None
    send: Send = Send()
    expires: Expires = Expires(in_path="expires_in")
    refresh_before: Seconds = 60.0
    into: Into | None = BEARER
    timeout: Seconds = 10.0
    cool_down: Seconds = 1.0

    def _check_secrets(self, language: Language, **others: str) -> None:
        """Refuse what stands in the file, in whatever part of a message it would go."""
        findings = Findings()
        named = {"client_id": self.client_id, "client_secret": self.client_secret, **others}
        for key, source in named.items():
            with findings.at():
                secret(source, language, key)
        findings.close()

    def _login(self, grant: dict[str, str]) -> Login:
        """Say the same in the words of a login."""
        login = Login(
            request=self._request(grant),
            token_path="access_token",  # noqa: S106 (a path)
            expires=self.expires,
        )
        # A copy, as durations are validated from text, and these are read already.
        same = ("refresh_before", "into", "timeout", "cool_down")
        return login.model_copy(update={name: getattr(self, name) for name in same})

    def _request(self, grant: dict[str, str]) -> LoginRequest:
        fields = grant if self.scope is None else {**grant, "scope": self.scope}
        headers = {"Accept": "application/json"}
        client = {"client_id": self.client_id, "client_secret": self.client_secret}
        if self.send.client == "body":
            fields = {**fields, **client}
        if self.send.client == "header":
            headers |= {name.capitalize(): value for name, value in client.items()}
        basic = Basic(kind="basic", username=self.client_id, password=self.client_secret)
        return LoginRequest.model_validate(
            {
                "path": self.token_url,
                "headers": headers,
                self.send.grant: fields,
                "auth": basic if self.send.client == "basic" else NoAuth(),
            }
        )


class OAuth2ClientCredentials(_OAuth2):
    """We are known by a client's id and secret."""

    kind: Literal["oauth2_client_credentials"]

    def build(self, kit: Kit, language: Language, transport: Transport, bureau: str) -> Auth:
        self._check_secrets(language)
        login = self._login({"grant_type": "client_credentials"})
        return login.build(kit, language, transport, bureau)


class OAuth2Password(_OAuth2):
    """We are known by a user as well."""

    kind: Literal["oauth2_password"]
    username: str
    password: str

    def build(self, kit: Kit, language: Language, transport: Transport, bureau: str) -> Auth:
        self._check_secrets(language, password=self.password)
        user = {"username": self.username, "password": self.password}
        login = self._login({"grant_type": "password", **user})
        return login.build(kit, language, transport, bureau)
