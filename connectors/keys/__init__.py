"""
Keys by reference: from ``${secrets.NAME}`` to what a signature or a cipher takes.

Everything here is read at load. What goes wrong is a `ConfigError` that says what
a key should have been, and never quotes it: it is raised outside of the handler,
as the original error may hold the key. In a dry run, where a secret has a
`Placeholder` for a value, a key made for the occasion stands in.
"""

from .asymmetric import Curve, PrivateKey, PublicKey, private_key, public_key
from .curve_signature import CurveFormat, as_der, written
from .hashing import HashName, digest, hash_named, hmac_digest
from .jose import JoseKey, JwsAlgorithm, signing_key, token_writer, verifying_key
from .secret import Placeholder, key_text
from .sm2 import SIGNER_ID, Sm2PrivateKey, Sm2PublicKey, sm2_private_key, sm2_public_key
from .symmetric import KeyEncoding, symmetric_key

__all__ = [
    "SIGNER_ID",
    "Curve",
    "CurveFormat",
    "HashName",
    "JoseKey",
    "JwsAlgorithm",
    "KeyEncoding",
    "Placeholder",
    "PrivateKey",
    "PublicKey",
    "Sm2PrivateKey",
    "Sm2PublicKey",
    "as_der",
    "digest",
    "hash_named",
    "hmac_digest",
    "key_text",
    "private_key",
    "public_key",
    "signing_key",
    "sm2_private_key",
    "sm2_public_key",
    "symmetric_key",
    "token_writer",
    "verifying_key",
    "written",
]
