"""A user and a password in the header of a SOAP message."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal

from lxml import etree

from ..contract import Wire
from ..kit import Kit, Strict
from ..message.body import TextBody
from ..message.draft import Draft
from ..template import Language, Scope, Unwritable
from ..template.constant import constant, secret
from .contract import Signing
from .envelope import with_header

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE: Final = f"{_WSS}wssecurity-secext-1.0.xsd"
WSU: Final = f"{_WSS}wssecurity-utility-1.0.xsd"
_PROFILE: Final = f"{_WSS}username-token-profile-1.0"
_BASE64: Final = f"{_WSS}soap-message-security-1.0#Base64Binary"


class WssUsernameToken(Strict):
    """
    WS-Security UsernameToken 1.0: ``wsse:Security`` in the header of a SOAP envelope.

    The nonce is the message's, so that it never comes twice, and its time of
    making the message's as well.
    """

    kind: Literal["wss_username_token"]
    username: str
    password: str
    """A template: ``${secrets.acme_password}``."""
    type: Literal["digest", "text"] = "digest"
    must_understand: bool = True

    def build(self, _: Kit, language: Language) -> Signing:
        username = constant(self.username, language, "username")
        return UsernameToken(self, username, secret(self.password, language, "password"))

    @property
    def into(self) -> None:
        """It has a place of its own."""

    @property
    def as_(self) -> None:
        """Nothing refers to it."""


@dataclass(frozen=True, slots=True)
class UsernameToken:
    """See `WssUsernameToken`."""

    config: WssUsernameToken
    username: str
    password: str = field(repr=False)
    references: frozenset[str] = frozenset({"now", "nonce"})

    def text(self, _: Draft, scope: Scope) -> str:
        now, nonce = scope["now"][""], str(scope["nonce"][""]).encode()
        if not isinstance(now, datetime):
            raise Unwritable("sign: now")
        created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        token = etree.Element(f"{{{WSSE}}}UsernameToken", nsmap={"wsse": WSSE, "wsu": WSU})
        etree.SubElement(token, f"{{{WSSE}}}Username").text = self.username
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode())  # noqa: S324 (the profile's own)
        password = etree.SubElement(token, f"{{{WSSE}}}Password")
        is_digest = self.config.type == "digest"
        password.set("Type", f"{_PROFILE}#Password{'Digest' if is_digest else 'Text'}")
        password.text = b64encode(digest.digest()).decode() if is_digest else self.password
        written = etree.SubElement(token, f"{{{WSSE}}}Nonce")
        written.set("EncodingType", _BASE64)
        written.text = b64encode(nonce).decode()
        etree.SubElement(token, f"{{{WSU}}}Created").text = created
        return etree.tostring(token, encoding="unicode")

    def on_draft(self, draft: Draft, text: str) -> Draft:
        if not isinstance(draft.body, TextBody):
            raise Unwritable("sign: the body is no XML")
        block = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
        block.append(etree.fromstring(text))
        signed = with_header(draft.body.text, block, must_understand=self.config.must_understand)
        return replace(draft, body=replace(draft.body, text=signed))

    def on_wire(self, wire: Wire, _: str) -> Wire:
        """All of it is in the body, which is finished."""
        return wire
