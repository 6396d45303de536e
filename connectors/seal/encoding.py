"""How sealed bytes are written as text, and read again."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Final, Literal

Encoding = Literal["base64", "base64url", "hex", "hex_upper", "raw"]
"""``raw`` are the bytes themselves: between two seals, or of a body that is sealed as a whole."""

_WRITERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "base64": b64encode,
    "base64url": lambda octets: urlsafe_b64encode(octets).rstrip(b"="),
    "hex": binascii.hexlify,
    "hex_upper": lambda octets: binascii.hexlify(octets).upper(),
    "raw": bytes,
}


def _base64url(text: bytes) -> bytes:
    text = text.rstrip(b"=")
    return b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


_READERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    # Many writers break the lines of what is long.
    "base64": lambda text: b64decode(b"".join(text.split()), validate=True),
    "base64url": _base64url,
    "hex": lambda text: binascii.unhexlify(text.strip()),
    "hex_upper": lambda text: binascii.unhexlify(text.strip()),
    "raw": bytes,
}


def encoder(encoding: Encoding) -> Callable[[bytes], bytes]:
    return _WRITERS[encoding]


def decoder(encoding: Encoding) -> Callable[[bytes], bytes]:
    """Read; the function raises `ValueError`, which quotes nothing."""
    read = _READERS[encoding]

    def decoded(text: bytes) -> bytes:
        try:
            return read(text)
        except (ValueError, binascii.Error):
            pass
        raise ValueError(f"not {encoding}")

    return decoded
