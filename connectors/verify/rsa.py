"""A signature with the bureau's RSA key."""

from __future__ import annotations

from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..keys import hash_named, public_key
from ..kit import Kit
from ..template import Language
from .contract import Keyed, Proof, SignedParts, Verdict


class RsaProof(SignedParts, Keyed):
    """RSASSA-PKCS1-v1_5 or RSASSA-PSS (RFC 8017)."""

    kind: Literal["rsa"]
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    padding: Literal["pkcs1v15", "pss"] = "pkcs1v15"
    """PSS with a salt of any length, and MGF1 with the same hash."""

    def build(self, _: Kit, language: Language) -> Verdict:
        keys = self.each(lambda source: public_key(source, language))
        return self.verdict(language, [self._proof(key) for key in keys])

    def _proof(self, key: RSAPublicKey) -> Proof:
        hashing = hash_named(self.algorithm)
        padding = PKCS1v15() if self.padding == "pkcs1v15" else PSS(MGF1(hashing), PSS.AUTO)

        def proof(signature: bytes, signed: bytes) -> bool:
            try:
                key.verify(signature, signed, padding, hashing)
            except (InvalidSignature, ValueError):
                return False
            return True

        return proof
