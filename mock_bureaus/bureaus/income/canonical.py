"""The signature of a canonical request: a digest of its lines, and RSA over the digest."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ...contract import Received

CONSTANT = "STATEMENT-RSA-SHA256"


def to_sign(received: Received) -> bytes:
    """Give the lines that the signature is over: constant, date, digest."""
    path, _, query = received.raw_path.partition("?")
    date = received.headers.get("X-Statement-Date", "")
    lines = (
        received.method,
        path,
        "&".join(sorted(query.split("&"))),
        f"host:{received.headers.get('Host', '')}",
        f"x-statement-content-sha256:{sha256(received.body).hexdigest()}",
        f"x-statement-date:{date}",
    )
    digest = sha256("\n".join(lines).encode()).hexdigest()
    return f"{CONSTANT}\n{date}\n{digest}".encode()


def signed(received: Received, private_pem: str) -> bool:
    """Tell if the holder of the key signed this; the public half of it is all that is used."""
    key = load_pem_private_key(private_pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("an RSA key is wanted")
    try:
        given = bytes.fromhex(received.headers.get("X-Statement-Signature", ""))
        key.public_key().verify(given, to_sign(received), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True
