"""Keys that both sides hold."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal

from ..faults import ConfigError
from ..template import Language
from .secret import key_text

KeyEncoding = Literal["utf-8", "hex", "base64"]

_DECODERS: Final[Mapping[str, Callable[[str], bytes]]] = {
    "utf-8": str.encode,
    "hex": bytes.fromhex,
    "base64": lambda key: b64decode(key, validate=True),
}

_ANY_SIZE = 32


def symmetric_key(
    source: str,
    language: Language,
    key: str = "key",
    encoding: KeyEncoding = "utf-8",
    sizes: Collection[int] = (),
) -> bytes:
    """
    Read a key, of one of `sizes` in bytes where any are given.

    `key` is the name under which `source` stands in the configuration.
    """
    text = key_text(source, language, key)
    if text is None:
        return bytes(min(sizes, default=_ANY_SIZE))
    try:
        found = _DECODERS[encoding](text)
    except (ValueError, binascii.Error):
        found = b""
    if not found:
        raise ConfigError(f"is no key in {encoding}", (key,))
    if sizes and len(found) not in sizes:
        allowed = " or ".join(str(size) for size in sorted(sizes))
        raise ConfigError(f"has {len(found)} bytes in {encoding}, and not {allowed}", (key,))
    return found
