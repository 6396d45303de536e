"""Keys read from text that somebody else may have chosen."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@cache
def rsa_public_half(pem: str) -> RSAPublicKey:
    """Read a private key for what a bureau may know of it. Raises `ValueError`."""
    key = load_pem_private_key(pem.encode(), None).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("an RSA key is wanted")  # noqa: TRY004 - of the text, not of its type
    return key


@cache
def elliptic_public_half(pem: str) -> EllipticCurvePublicKey:
    """Read a private key for what a bureau may know of it. Raises `ValueError`."""
    key = load_pem_private_key(pem.encode(), None).public_key()
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("a key on a curve is wanted")  # noqa: TRY004 - of the text, not of its type
    return key
