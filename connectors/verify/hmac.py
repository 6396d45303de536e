"""A hash under a key that only the bureau and we hold."""

from __future__ import annotations

from hmac import compare_digest
from typing import Literal

from ..keys import HashName, KeyEncoding, hmac_digest, symmetric_key
from ..kit import Kit
from ..template import Language
from .contract import Keyed, Proof, SignedParts, Verdict


class HmacProof(SignedParts, Keyed):
    """HMAC (RFC 2104), compared in constant time."""

    kind: Literal["hmac"]
    algorithm: HashName = "sha256"
    key_encoding: KeyEncoding = "utf-8"

    def build(self, _: Kit, language: Language) -> Verdict:
        keys = self.each(lambda source: symmetric_key(source, language, "key", self.key_encoding))
        return self.verdict(language, [self._proof(key) for key in keys])

    def _proof(self, key: bytes) -> Proof:
        algorithm = self.algorithm
        return lambda mac, signed: compare_digest(mac, hmac_digest(algorithm, key, signed))
