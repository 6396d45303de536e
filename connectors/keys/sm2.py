"""
Keys of SM2 (GB/T 32918), which take the extra ``gm``.

`cryptography` knows no SM2, and GmSSL takes bare numbers: files are taken apart here.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final, Protocol, cast

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from ..faults import ConfigError
from ..template import Language
from .der import Item, items
from .secret import key_text

SIGNER_ID: Final = "1234567812345678"
"""Whom a signature names where nobody agreed on another (GM/T 0009)."""

_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_OID: Final = bytes.fromhex("06082a811ccf5501822d")
_ALGORITHM: Final = bytes.fromhex("06072a8648ce3d0201") + _OID
_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----")

Point = tuple[int, int]


class _Gm(Protocol):
    """The part of `gmssl_pyx` that is used."""

    GmsslInnerError: type[Exception]

    def sm2_sign(
        self, private_key: bytes, public_key: bytes, message: bytes, signer_id: bytes
    ) -> bytes: ...

    def sm2_verify(
        self, public_key: bytes, message: bytes, signature: bytes, signer_id: bytes
    ) -> bool: ...

    def normalize_sm2_public_key(self, public_key: bytes) -> bytes: ...


def _gm() -> _Gm:
    try:
        return cast("_Gm", import_module("gmssl_pyx"))
    except ImportError:
        raise ConfigError("sm2 needs the extra `gm`: pip install 'bureau-gateway[gm]'") from None


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point of the curve."""

    point: bytes
    gm: _Gm = field(repr=False)

    def verifies(self, signature: bytes, message: bytes, signer_id: bytes) -> bool:
        """Tell whether `signature`, in DER, is of this message."""
        # Of what is none at all the library itself writes lines to standard error.
        if not _is_signature(signature):
            return False
        try:
            return self.gm.sm2_verify(self.point, message, signature, signer_id)
        except self.gm.GmsslInnerError:
            return False


@dataclass(frozen=True, slots=True)
class Sm2PrivateKey:
    """
    A number, and the point that belongs to it.

    A signature takes some 3 ms, and a thread would not take them off the event
    loop: the binding holds the interpreter's lock while it signs (measured).
    """

    number: bytes = field(repr=False)
    point: bytes
    gm: _Gm = field(repr=False)

    def sign(self, message: bytes, signer_id: bytes) -> bytes:
        """Sign, in DER."""
        return self.gm.sm2_sign(self.number, self.point, message, signer_id)

    def public_key(self) -> Sm2PublicKey:
        return Sm2PublicKey(self.point, self.gm)


def sm2_private_key(source: str, language: Language, key: str = "key") -> Sm2PrivateKey:
    """Read PEM or base64 of PKCS#8 or SEC 1, or the 32 bytes in hex, as bureaus hand them out."""
    gm = _gm()
    text = key_text(source, language, key)
    if text is None:
        text = f"{1:064x}"
    number = _first(text, (_bare_number, _pkcs8, _sec1))
    if number is None or not 0 < int.from_bytes(number, "big") < _N - 1:
        raise ConfigError("is no private key of SM2 in PEM (unencrypted), PKCS#8 or hex", (key,))
    x, y = _times(int.from_bytes(number, "big"))
    return Sm2PrivateKey(number, x.to_bytes(32, "big") + y.to_bytes(32, "big"), gm)


def sm2_public_key(source: str, language: Language, key: str = "key") -> Sm2PublicKey:
    """Read PEM or base64 of a public key or a certificate, or the point in hex."""
    gm = _gm()
    text = key_text(source, language, key)
    if text is None:
        text = "".join(f"{number:064x}" for number in _G)
    point = _first(text, (_bare_point, _public, _certified))
    try:
        found = None if point is None else gm.normalize_sm2_public_key(point)
    except gm.GmsslInnerError:
        found = None
    if found is None:
        raise ConfigError("is no public key or certificate of SM2 in PEM or hex", (key,))
    return Sm2PublicKey(found, gm)


def _is_signature(signature: bytes) -> bool:
    try:
        return all(0 < number < _N for number in decode_dss_signature(signature))
    except ValueError:
        return False


def _first(text: str, readers: tuple[Callable[[str], bytes], ...]) -> bytes | None:
    """Give what the first reader can read; errors end here, as they may quote the key."""
    for read in readers:
        try:
            return read(text)
        except (ValueError, IndexError, binascii.Error):
            continue
    return None


def _bare_number(text: str) -> bytes:
    if not re.fullmatch(r"\s*[0-9a-fA-F]{64}\s*", text):
        raise ValueError("not hex")
    return bytes.fromhex(text)


def _bare_point(text: str) -> bytes:
    if not re.fullmatch(r"\s*(?:04)?[0-9a-fA-F]{128}\s*|\s*0[23][0-9a-fA-F]{64}\s*", text):
        raise ValueError("not hex")
    return bytes.fromhex(text)


def _pkcs8(text: str) -> bytes:
    _, algorithm, wrapped = items(items(_binary(text))[0].content)[:3]
    return _number(_on_the_curve(algorithm, wrapped).content)


def _sec1(text: str) -> bytes:
    found = _binary(text)
    if _OID not in found:
        raise ValueError("another curve")
    return _number(found)


def _number(sequence: bytes) -> bytes:
    _, number = items(items(sequence)[0].content)[:2]
    if len(number.content) != 32:  # noqa: PLR2004 (bytes of a number of this curve)
        raise ValueError("of another length")
    return number.content


def _public(text: str) -> bytes:
    return _point(items(_binary(text))[0])


def _certified(text: str) -> bytes:
    signed = load_der_x509_certificate(_binary(text)).tbs_certificate_bytes
    parts = items(items(signed)[0].content)
    # A version, which the oldest lack, and then number, algorithm, issuer, dates and subject.
    return _point(parts[6 if parts[0].tag == 0xA0 else 5])  # noqa: PLR2004 (its tag in X.509)


def _point(key: Item) -> bytes:
    algorithm, bits = items(key.content)[:2]
    return _on_the_curve(algorithm, bits).content[1:]


def _on_the_curve(algorithm: Item, found: Item) -> Item:
    if algorithm.content != _ALGORITHM:
        raise ValueError("another curve")
    return found


def _binary(text: str) -> bytes:
    """Give what the PEM that is no list of parameters holds, or the base64 as it stands."""
    blocks = [body for label, body in _PEM.findall(text) if label != "EC PARAMETERS"]
    return b64decode("".join((blocks[0] if blocks else text).split()), validate=True)


def _times(number: int) -> Point:
    """Multiply the curve's base point: once at load, in the open, and never for a signature."""
    result: Point | None = None
    power = _G
    while number:
        if number & 1:
            result = power if result is None else _plus(result, power)
        power = _plus(power, power)
        number >>= 1
    if result is None:
        raise ValueError("no number")
    return result


def _plus(one: Point, other: Point) -> Point:
    if one == other:
        slope = 3 * (one[0] * one[0] - 1) * pow(2 * one[1], -1, _P)  # the curve's a is -3
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P
