"""The hashes, by the names under which a configuration knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from cryptography.hazmat.primitives import hashes, hmac

HashName = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sm3"]

_HASHES: Final[Mapping[HashName, hashes.HashAlgorithm]] = {
    "md5": hashes.MD5(),  # noqa: S303 (it is what some bureaus ask for)
    "sha1": hashes.SHA1(),  # noqa: S303 (likewise)
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sm3": hashes.SM3(),
}


def hash_named(name: HashName) -> hashes.HashAlgorithm:
    return _HASHES[name]


def digest(name: HashName, message: bytes) -> bytes:
    hashing = hashes.Hash(_HASHES[name])
    hashing.update(message)
    return hashing.finalize()


def hmac_digest(name: HashName, key: bytes, message: bytes) -> bytes:
    hashing = hmac.HMAC(key, _HASHES[name])
    hashing.update(message)
    return hashing.finalize()
