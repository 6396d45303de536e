"""A token that we make and sign ourselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from ..contract import Transport
from ..errors import NotSent
from ..faults import ConfigError, Findings
from ..keys import JwsAlgorithm, KeyEncoding, signing_key, token_writer
from ..kit import Kit, Secret, Strict
from ..message.exact_json import write_json
from ..message.into import Into
from ..template import Language, RenderError, Template, compile_value
from ..units import Seconds
from .bearer import BEARER
from .contract import Auth
from .login import LoggedIn
from .session import Session, Token

_PAUSE: Final = 1.0


class Jwt(Strict):
    """A JWT (RFC 7519), made anew before it ends."""

    kind: Literal["jwt"]
    algorithm: JwsAlgorithm
    key: str
    """A template: a secret for HS256, else a private key in PEM."""
    key_encoding: KeyEncoding = "utf-8"
    """Of HS256's secret."""
    password: str | None = None
    kid: str | None = None
    typ: str | None = "JWT"
    claims: Mapping[str, object] = Field(default_factory=dict)
    """
    Templates of secrets, environment, ``now`` and ``nonce``.

    ``iat`` and ``exp`` come by themselves.
    """
    lifetime: Seconds = 300.0
    refresh_before: Seconds = 30.0
    """How long before its end it is made anew; at most half of its life."""
    into: Into | None = BEARER
    """Left out where the token is only referred to, as ``${auth.token}``."""

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if wrong := sorted(self.claims.keys() & {"iat", "exp"}):
            raise ValueError(f"{wrong[0]} is told by `lifetime`")
        if self.lifetime < 1:
            raise ValueError("a JWT lives for a second at least: it tells no less")
        return self

    def build(self, kit: Kit, language: Language, _transport: Transport, bureau: str) -> Auth:
        findings = Findings()
        language = language.having("now", {"": datetime}).having("nonce", {"": str})
        write: Callable[[bytes], str] | None = None
        with findings.at():
            key = signing_key(self.key, language, self.algorithm, self.key_encoding, self.password)
            write = token_writer(key, self.algorithm, {"typ": self.typ, "kid": self.kid})
        claims: Template | None = None
        with findings.at("claims"):
            claims = compile_value(self.claims, language)
            if unknown := claims.references - {"now", "nonce"}:
                raise ConfigError(f"a token is nobody's: it knows no {min(unknown)}")
        write = findings.settle(write)
        minting = Minting(self, kit, bureau, write, findings.settle(claims))
        return LoggedIn(Session(kit.clock, minting, _PAUSE), self.into)


@dataclass(frozen=True, slots=True)
class Minting:
    """Makes a token; nobody is asked."""

    config: Jwt
    kit: Kit
    bureau: str
    write: Callable[[bytes], str] = field(repr=False)
    claims: Template

    async def __call__(self) -> Token:
        config, clock = self.config, self.kit.clock
        asked_at, now = clock.now(), clock.utc()
        made_at = int(now.timestamp())
        try:
            claims = self.claims.render({"now": {"": now}, "nonce": {"": self.kit.tokens.nonce()}})
            times = {"iat": made_at, "exp": made_at + int(config.lifetime)}
            payload = write_json({**_mapping(claims), **times})
        except RenderError as error:
            raise NotSent(self.bureau, f"token: {error}") from None
        token = self.write(payload.encode())
        fresh = max(config.lifetime - config.refresh_before, config.lifetime / 2)
        return Token(Secret(token), asked_at + fresh, asked_at + int(config.lifetime))


def _mapping(claims: object) -> Mapping[str, object]:
    if not isinstance(claims, Mapping):
        raise TypeError("a mapping renders to a mapping")
    return claims
