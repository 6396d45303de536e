"""A signature with our private key on a curve of NIST."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

from ..keys import Curve, CurveFormat, hash_named, private_key, written
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Ecdsa(Signed):
    """ECDSA (FIPS 186)."""

    kind: Literal["ecdsa"]
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    curve: Curve = "P-256"
    """Of the key: another is refused at load."""
    format: CurveFormat = "der"
    key: str
    """A template of PEM, or of a base64 of PKCS#8 or PKCS#12: ``${secrets.acme_private_key}``."""
    password: str | None = None

    def build(self, _: Kit, language: Language) -> Signature:
        key = private_key(self.key, language, "key", self.curve, self.password)
        algorithm, form = ECDSA(hash_named(self.algorithm)), self.format
        size = (key.curve.key_size + 7) // 8
        return self.signature(
            language, lambda signed: written(key.sign(signed, algorithm), form, size)
        )
