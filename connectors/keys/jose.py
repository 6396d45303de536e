"""Keys as JOSE wants them: each for the one algorithm that the configuration names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from ..faults import ConfigError
from ..template import Language
from .asymmetric import Curve, PrivateKey, PublicKey, private_key, public_key
from .symmetric import KeyEncoding, symmetric_key

JwsAlgorithm = Literal["HS256", "RS256", "PS256", "ES256", "ES384"]

JoseKey = OctKey | RSAKey | ECKey

_CURVES: Final[Mapping[str, Curve]] = {"ES256": "P-256", "ES384": "P-384"}


def signing_key(
    source: str,
    language: Language,
    algorithm: JwsAlgorithm,
    encoding: KeyEncoding = "utf-8",
    password: str | None = None,
) -> JoseKey:
    """Read the key that signs; `encoding` is of a shared secret, `password` of all others."""
    if algorithm == "HS256":
        return _shared(symmetric_key(source, language, "key", encoding))
    if algorithm in _CURVES:
        found: PrivateKey = private_key(source, language, "key", _CURVES[algorithm], password)
    else:
        found = private_key(source, language, "key", "rsa", password)
    return _imported(
        found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), algorithm
    )


def verifying_key(
    source: str, language: Language, algorithm: JwsAlgorithm, encoding: KeyEncoding = "utf-8"
) -> JoseKey:
    """Read the key that proves a signature."""
    if algorithm == "HS256":
        return _shared(symmetric_key(source, language, "key", encoding))
    if algorithm in _CURVES:
        found: PublicKey = public_key(source, language, "key", _CURVES[algorithm])
    else:
        found = public_key(source, language, "key", "rsa")
    return _imported(found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), algorithm)


def _shared(secret: bytes) -> JoseKey:
    try:
        return OctKey.import_key(secret)
    except ValueError:
        pass
    # Whoever has the public key of a bureau, which is everyone, could sign with it.
    raise ConfigError("is no key in common: it is a public key or a certificate", ("key",))


def _imported(pem: bytes, algorithm: JwsAlgorithm) -> JoseKey:
    return (ECKey if algorithm in _CURVES else RSAKey).import_key(pem)


def token_writer(
    key: JoseKey, algorithm: JwsAlgorithm, headers: Mapping[str, str | None]
) -> Callable[[bytes], str]:
    """Give what writes a payload as a token in the compact form; headers of None are left out."""
    named = {"alg": algorithm, **headers}
    protected = {name: value for name, value in named.items() if value is not None}
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return lambda payload: serialize_compact(protected, payload, key, registry=registry)
