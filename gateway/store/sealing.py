"""Encryption at rest: AES-256-GCM, bound to the place where the value is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class Unsealable(Exception):
    """The value was not sealed here, for this place, with a key that we have."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the current key, and opens with any that is still known."""

    current: str
    """The id of the key that seals."""
    keys: Mapping[str, bytes] = field(repr=False)
    """By id, 32 bytes each; an old key stays until nothing is sealed with it."""
    random: Random = field(repr=False)
    """Must be the system's: a nonce used twice gives the key's secrets away."""

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError("no key of the current id")
        if any(len(key) != _KEY for key in self.keys.values()):
            raise ValueError("a key has 32 bytes")

    def seal(self, value: bytes, place: bytes) -> bytes:
        """Encrypt; `place` is not kept, and whoever opens must name it again."""
        nonce = self.random.randbytes(_NONCE)
        return nonce + AESGCM(self.keys[self.current]).encrypt(nonce, value, place)

    def open(self, key_id: str, sealed: bytes, place: bytes) -> bytes:
        """Decrypt. Raises `Unsealable`, which says nothing more."""
        if key_id not in self.keys or len(sealed) < _NONCE:
            raise Unsealable
        try:
            return AESGCM(self.keys[key_id]).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except InvalidTag:
            raise Unsealable from None
