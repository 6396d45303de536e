"""How the bytes of a signature are written as text."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Final, Literal

Encoding = Literal["hex", "hex_upper", "base64", "base64url"]

ENCODINGS: Final[Mapping[Encoding, Callable[[bytes], str]]] = {
    "hex": bytes.hex,
    "hex_upper": lambda signature: signature.hex().upper(),
    "base64": lambda signature: b64encode(signature).decode(),
    "base64url": lambda signature: urlsafe_b64encode(signature).decode().rstrip("="),
}
