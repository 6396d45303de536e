"""RSA, PKCS #1: chunk by chunk of what one operation takes, the chunks joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from pydantic import model_validator

from ..faults import ConfigError
from ..keys import hash_named, private_key, public_key
from ..kit import Kit
from ..template import Language
from .contract import Encoded, Opener, Sealed, Sealer

_PKCS1_OVERHEAD: Final = 11

Chunk = Callable[[bytes], bytes]
OaepHash = Literal["sha1", "sha256", "sha384", "sha512"]


class Rsa(Encoded):
    """
    RSA in one of its two directions.

    A document is sealed by ``encrypt``, with the bureau's public key, or by
    ``private_encrypt``, with ours: padding of type 1, as in a signature, which
    hides nothing from whoever has the public key. An answer is opened by
    ``decrypt`` or ``public_decrypt``. What is random in the padding of
    ``encrypt`` the library draws itself: no test can pin it.
    """

    kind: Literal["rsa"]
    operation: Literal["encrypt", "private_encrypt", "decrypt", "public_decrypt"]
    key: str
    """A template: PEM, or base64 of DER; a private key also as base64 of PKCS #12."""
    password: str | None = None
    """Of a private key that has one."""
    padding: Literal["pkcs1v15", "oaep"] = "pkcs1v15"
    hash: OaepHash = "sha256"
    """Of OAEP."""
    mgf1: OaepHash | None = None
    """Of OAEP's mask, where it is another: Java's default is sha1."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.padding == "oaep" and self.operation in {"private_encrypt", "public_decrypt"}:
            raise ValueError(f"{self.operation} goes with pkcs1v15")
        if self.padding != "oaep" and {"hash", "mgf1"} & self.model_fields_set:
            raise ValueError("`hash` and `mgf1` go with oaep")
        if self.password is not None and self.operation in {"encrypt", "public_decrypt"}:
            raise ValueError("a public key has no password")
        return self

    def raw_sealer(self, _: Kit, language: Language) -> Sealer:
        if self.operation == "encrypt":
            key = public_key(self.key, language)
            return _sealer(self._room(key), lambda chunk: key.encrypt(chunk, self._padding()))
        if self.operation == "private_encrypt":
            own = private_key(self.key, language, password=self.password)
            return _sealer(
                self._room(own), lambda chunk: own.sign(chunk, PKCS1v15(), NoDigestInfo())
            )
        raise ConfigError(f"{self.operation} opens: what is sent is sealed", ("operation",))

    def raw_opener(self, _: Kit, language: Language) -> Opener:
        if self.operation == "decrypt":
            own = private_key(self.key, language, password=self.password)
            return _opener(own.key_size // 8, lambda chunk: own.decrypt(chunk, self._padding()))
        if self.operation == "public_decrypt":
            key = public_key(self.key, language)
            return _opener(
                key.key_size // 8,
                lambda chunk: key.recover_data_from_signature(chunk, PKCS1v15(), None),
            )
        raise ConfigError(f"{self.operation} seals: what came is opened", ("operation",))

    def _padding(self) -> PKCS1v15 | OAEP:
        if self.padding == "pkcs1v15":
            return PKCS1v15()
        mask = MGF1(hash_named(self.mgf1 or self.hash))
        return OAEP(mask, hash_named(self.hash), label=None)

    def _room(self, key: RSAPublicKey | RSAPrivateKey) -> int:
        """Tell how much one operation takes."""
        overhead = _PKCS1_OVERHEAD
        if self.padding == "oaep":
            overhead = 2 * hash_named(self.hash).digest_size + 2
        room = key.key_size // 8 - overhead
        if room < 1:
            raise ConfigError("is too short for this padding", ("key",))
        return room


def _sealer(room: int, encrypt: Chunk) -> Sealer:
    def seal(plain: bytes) -> Sealed:
        # What is empty is one empty chunk, or else it could not be told from nothing.
        starts = range(0, max(len(plain), 1), room)
        return Sealed(b"".join(encrypt(plain[at : at + room]) for at in starts))

    return seal


def _opener(size: int, decrypt: Chunk) -> Opener:
    def opened(octets: bytes, _: Mapping[str, bytes]) -> bytes:
        if not octets or len(octets) % size:
            raise ValueError("not whole chunks")
        try:
            return b"".join(decrypt(octets[at : at + size]) for at in range(0, len(octets), size))
        except (ValueError, InvalidSignature):
            pass
        raise ValueError("not sealed with this key")

    return opened
