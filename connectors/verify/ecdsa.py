"""A signature with the bureau's key on a curve of NIST."""

from __future__ import annotations

from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey

from ..keys import Curve, CurveFormat, as_der, hash_named, public_key
from ..kit import Kit
from ..template import Language
from .contract import Keyed, Proof, SignedParts, Verdict


class EcdsaProof(SignedParts, Keyed):
    """ECDSA (FIPS 186)."""

    kind: Literal["ecdsa"]
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    curve: Curve = "P-256"
    """Of the keys: another is refused at load."""
    format: CurveFormat = "der"

    def build(self, _: Kit, language: Language) -> Verdict:
        keys = self.each(lambda source: public_key(source, language, "key", self.curve))
        return self.verdict(language, [self._proof(key) for key in keys])

    def _proof(self, key: EllipticCurvePublicKey) -> Proof:
        algorithm, form = ECDSA(hash_named(self.algorithm)), self.format
        size = (key.curve.key_size + 7) // 8

        def proof(signature: bytes, signed: bytes) -> bool:
            try:
                key.verify(as_der(signature, form, size), signed, algorithm)
            except (InvalidSignature, ValueError):
                return False
            return True

        return proof
