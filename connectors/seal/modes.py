"""Block ciphers in their modes, with the paddings that fill a last block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import (
    AEADEncryptionContext,
    BlockCipherAlgorithm,
    Cipher,
    modes,
)
from cryptography.hazmat.primitives.padding import PKCS7

from ..template import Unwritable

Padding = Literal["pkcs7", "zero", "none"]

_Cipher = Cipher[modes.CBC] | Cipher[modes.ECB]

BLOCK: Final = 16
NONCE: Final = 12
TAG: Final = 16


@dataclass(frozen=True, slots=True)
class Mode:
    """One cipher in one mode."""

    iv_size: int
    tag_size: int
    encrypt: Callable[[bytes, bytes], tuple[bytes, bytes]]
    """From iv and plain text to cipher text and tag. Raises `Unwritable`."""
    decrypt: Callable[[bytes, bytes, bytes], bytes]
    """From iv, cipher text and tag. Raises `ValueError`, which quotes nothing."""


def cbc(algorithm: BlockCipherAlgorithm, padding: Padding) -> Mode:
    return _blocks(lambda iv: Cipher(algorithm, modes.CBC(iv)), BLOCK, padding)


def ecb(algorithm: BlockCipherAlgorithm, padding: Padding) -> Mode:
    """Equal blocks stay equal: for bureaus that ask for nothing better."""
    return _blocks(lambda _: Cipher(algorithm, modes.ECB()), 0, padding)  # noqa: S305 (see above)


def gcm(algorithm: BlockCipherAlgorithm) -> Mode:
    def encrypt(iv: bytes, plain: bytes) -> tuple[bytes, bytes]:
        context = Cipher(algorithm, modes.GCM(iv)).encryptor()
        sealed = context.update(plain) + context.finalize()
        return sealed, _tag(context)

    def decrypt(iv: bytes, sealed: bytes, tag: bytes) -> bytes:
        try:
            context = Cipher(algorithm, modes.GCM(iv, tag)).decryptor()
            return context.update(sealed) + context.finalize()
        except (InvalidTag, ValueError):
            pass
        raise ValueError("not authentic")

    return Mode(NONCE, TAG, encrypt, decrypt)


def _tag(context: AEADEncryptionContext) -> bytes:
    return context.tag


def _blocks(cipher: Callable[[bytes], _Cipher], iv_size: int, padding: Padding) -> Mode:
    pad, unpad = _PAD[padding], _UNPAD[padding]

    def encrypt(iv: bytes, plain: bytes) -> tuple[bytes, bytes]:
        padded = pad(plain)
        if len(padded) % BLOCK:
            raise Unwritable("seal: without padding, whole blocks only")
        context = cipher(iv).encryptor()
        return context.update(padded) + context.finalize(), b""

    def decrypt(iv: bytes, sealed: bytes, _: bytes) -> bytes:
        if not sealed or len(sealed) % BLOCK or len(iv) != iv_size:
            raise ValueError("not whole blocks")
        context = cipher(iv).decryptor()
        return unpad(context.update(sealed) + context.finalize())

    return Mode(iv_size, 0, encrypt, decrypt)


def _pkcs7(plain: bytes) -> bytes:
    padder = PKCS7(BLOCK * 8).padder()
    return padder.update(plain) + padder.finalize()


def _without_pkcs7(padded: bytes) -> bytes:
    unpadder = PKCS7(BLOCK * 8).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        pass
    raise ValueError("not padded as pkcs7")


def _zeros(plain: bytes) -> bytes:
    if plain.endswith(b"\0") or not plain:
        raise Unwritable("seal: zeros at the end would be taken for padding")
    return plain + b"\0" * (-len(plain) % BLOCK)


_PAD: Final[Mapping[Padding, Callable[[bytes], bytes]]] = {
    "pkcs7": _pkcs7,
    "zero": _zeros,
    "none": bytes,
}
_UNPAD: Final[Mapping[Padding, Callable[[bytes], bytes]]] = {
    "pkcs7": _without_pkcs7,
    "zero": lambda padded: padded.rstrip(b"\0"),
    "none": bytes,
}
