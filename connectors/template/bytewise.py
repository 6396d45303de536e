"""Converters that see a text as the bytes in which it is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from .scalar import canonical

LONGEST_TLV = 99
"""What two digits can say."""


@dataclass(frozen=True, slots=True)
class Bytewise:
    """Counts, pads and hashes in one charset. A character that it lacks is a `ValueError`."""

    charset: str

    def octets(self, value: str | bytes) -> bytes:
        return value.encode(self.charset) if isinstance(value, str) else value

    def length(self, value: str | bytes) -> int:
        return len(self.octets(value))

    def fitting(self, value: str | int, width: int) -> tuple[str, int]:
        """Give the text, and how much of the width it leaves."""
        text = canonical(value)
        if text is None:
            raise ValueError("no canonical text")
        left = width - self.length(text)
        if left < 0:
            raise ValueError("too long")
        return text, left

    def zero_pad(self, width: int) -> Callable[[str | int], str]:
        def pad(value: str | int) -> str:
            if isinstance(value, int) and value < 0:
                raise ValueError("negative")
            text, left = self.fitting(value, width)
            return "0" * left + text

        return pad

    def pad_right(self, width: int) -> Callable[[str | int], str]:
        def pad(value: str | int) -> str:
            text, left = self.fitting(value, width)
            return text + " " * left

        return pad

    def tlv(self, tag: str) -> Callable[[str | int], str]:
        """Two digits of length, between the tag and the value."""

        def frame(value: str | int) -> str:
            text, left = self.fitting(value, LONGEST_TLV)
            return f"{tag}{LONGEST_TLV - left:02d}{text}"

        return frame

    def md5(self, value: str | bytes) -> str:
        return hashlib.md5(self.octets(value), usedforsecurity=False).hexdigest()

    def sha256(self, value: str | bytes) -> str:
        return hashlib.sha256(self.octets(value)).hexdigest()

    def sm3(self, value: str | bytes) -> str:
        digest = hashes.Hash(hashes.SM3())
        digest.update(self.octets(value))
        return digest.finalize().hex()

    def hmac_sha256(self, key: str) -> Callable[[str | bytes], str]:
        secret = key.encode()
        return lambda value: hmac.digest(secret, self.octets(value), "sha256").hex()

    def base64(self, value: str | bytes) -> str:
        return base64.b64encode(self.octets(value)).decode()

    def hex(self, value: str | bytes) -> str:
        return self.octets(value).hex()
