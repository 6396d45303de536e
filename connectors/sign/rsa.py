"""A signature with our private RSA key."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15

from ..keys import hash_named, private_key
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Rsa(Signed):
    """RSASSA-PKCS1-v1_5 or RSASSA-PSS (RFC 8017)."""

    kind: Literal["rsa"]
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    padding: Literal["pkcs1v15", "pss"] = "pkcs1v15"
    """PSS takes a salt as long as the hash, and MGF1 with the same hash."""
    key: str
    """A template of PEM, or of a base64 of PKCS#8 or PKCS#12: ``${secrets.acme_private_key}``."""
    password: str | None = None

    def build(self, _: Kit, language: Language) -> Signature:
        key = private_key(self.key, language, "key", "rsa", self.password)
        hashing = hash_named(self.algorithm)
        padding = (
            PKCS1v15() if self.padding == "pkcs1v15" else PSS(MGF1(hashing), PSS.DIGEST_LENGTH)
        )
        return self.signature(language, lambda signed: key.sign(signed, padding, hashing))
