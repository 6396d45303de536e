"""A hash under a key that only we and the bureau hold."""

from __future__ import annotations

from typing import Literal

from ..keys import HashName, KeyEncoding, hmac_digest, symmetric_key
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Hmac(Signed):
    """HMAC (RFC 2104)."""

    kind: Literal["hmac"]
    algorithm: HashName
    key: str
    """A template: ``${secrets.acme_hmac}``."""
    key_encoding: KeyEncoding = "utf-8"

    def build(self, _: Kit, language: Language) -> Signature:
        algorithm = self.algorithm
        key = symmetric_key(self.key, language, "key", self.key_encoding)
        return self.signature(language, lambda signed: hmac_digest(algorithm, key, signed))
