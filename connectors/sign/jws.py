"""A signature in the compact form of JOSE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from ..keys import JwsAlgorithm, KeyEncoding, signing_key, token_writer
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Jws(Signed):
    """JWS (RFC 7515): ``header.payload.signature``, its payload the parts of the message."""

    kind: Literal["jws"]
    algorithm: JwsAlgorithm
    key: str
    """A template: a secret for HS256, else a private key in PEM."""
    key_encoding: KeyEncoding = "utf-8"
    """Of HS256's secret."""
    password: str | None = None
    detached: bool = False
    """Whether the payload is left out, for it is sent as the body already."""
    kid: str | None = None
    typ: str | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Others of the protected header."""

    @model_validator(mode="after")
    def _compact(self) -> Self:
        given = self.into.model_fields_set if self.into else self.model_fields_set
        if "encoding" in given:
            raise ValueError("a JWS is written in base64url: it takes no encoding")
        if wrong := sorted(self.headers.keys() & {"alg", "kid", "typ", "b64", "crit"}):
            raise ValueError(f"{wrong[0]} is no free header")
        return self

    def build(self, _: Kit, language: Language) -> Signature:
        key = signing_key(self.key, language, self.algorithm, self.key_encoding, self.password)
        headers = {"kid": self.kid, "typ": self.typ, **self.headers}
        write, detached = token_writer(key, self.algorithm, headers), self.detached

        def make(signed: bytes) -> bytes:
            head, payload, signature = write(signed).split(".")
            return ".".join((head, "" if detached else payload, signature)).encode()

        return self.signature(language, make, bytes.decode)
