"""Pairs of keys: RSA, and the elliptic curves of NIST."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Literal, overload

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from ..faults import ConfigError
from ..template import Language
from ..template.constant import secret
from .secret import key_text

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

Curve = Literal["P-256", "P-384", "P-521"]

_CURVES: Final[Mapping[str, ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}

_PEM = "-----BEGIN "
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error)


@overload
def private_key(
    source: str,
    language: Language,
    key: str = ...,
    wanted: Literal["rsa"] = ...,
    password: str | None = ...,
) -> rsa.RSAPrivateKey: ...


@overload
def private_key(
    source: str, language: Language, key: str, wanted: Curve, password: str | None = ...
) -> ec.EllipticCurvePrivateKey: ...


def private_key(
    source: str,
    language: Language,
    key: str = "key",
    wanted: Literal["rsa"] | Curve = "rsa",
    password: str | None = None,
) -> PrivateKey:
    """
    Read a private key: PEM, or a base64 of PKCS#8 or PKCS#12.

    `key` is the name under which `source` stands in the configuration, and
    `password` a template of its own, read where it is given.
    """
    words = None if password is None else secret(password, language, "password").encode()
    text = key_text(source, language, key)
    if text is None:
        return _stand_in(wanted)
    found = _first(_private_readers(text, words or None))
    if isinstance(found, PrivateKey) and _is(found, wanted):
        return found
    raise ConfigError(f"is no private key ({_SPELLING[wanted]}) in PEM, PKCS#8 or PKCS#12", (key,))


@overload
def public_key(
    source: str, language: Language, key: str = ..., wanted: Literal["rsa"] = ...
) -> rsa.RSAPublicKey: ...


@overload
def public_key(
    source: str, language: Language, key: str, wanted: Curve
) -> ec.EllipticCurvePublicKey: ...


def public_key(
    source: str,
    language: Language,
    key: str = "key",
    wanted: Literal["rsa"] | Curve = "rsa",
) -> PublicKey:
    """
    Read a public key, or that of an X.509 certificate: PEM, or a base64 of either.

    A certificate is taken at its word: it is pinned, and no dates or issuers are looked at.
    """
    text = key_text(source, language, key)
    if text is None:
        return _stand_in(wanted).public_key()
    found = _first(_public_readers(text))
    if isinstance(found, PublicKey) and _is(found, wanted):
        return found
    raise ConfigError(f"is no public key ({_SPELLING[wanted]}) or certificate in PEM", (key,))


_SPELLING = {"rsa": "RSA", **{name: f"EC {name}" for name in _CURVES}}


def _private_readers(text: str, password: bytes | None) -> tuple[Callable[[], object], ...]:
    if _PEM in text:
        pem = text.encode()
        return (lambda: load_pem_private_key(pem, password),)
    return (
        lambda: load_der_private_key(_binary(text), password),
        lambda: pkcs12.load_key_and_certificates(_binary(text), password)[0],
    )


def _public_readers(text: str) -> tuple[Callable[[], object], ...]:
    if _PEM in text:
        pem = text.encode()
        return (
            lambda: load_pem_public_key(pem),
            lambda: load_pem_x509_certificate(pem).public_key(),
        )
    return (
        lambda: load_der_public_key(_binary(text)),
        lambda: load_der_x509_certificate(_binary(text)).public_key(),
    )


def _binary(text: str) -> bytes:
    return b64decode("".join(text.split()), validate=True)


def _first(readers: tuple[Callable[[], object], ...]) -> object:
    """Give what the first reader can read; errors end here, as they may quote the key."""
    for read in readers:
        try:
            return read()
        except _UNREADABLE:
            continue
    return None


def _is(key: PrivateKey | PublicKey, wanted: str) -> bool:
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return wanted == "rsa"
    return wanted in _CURVES and key.curve.name == _CURVES[wanted].name


@cache
def _stand_in(wanted: str) -> PrivateKey:
    """Make a key for a dry run; nothing that it signs or opens goes anywhere."""
    if wanted == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(_CURVES[wanted])
