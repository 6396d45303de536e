"""A hash under a key that only we and the bureau hold."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Callable
from typing import Final, Literal

from ..faults import ConfigError
from ..kit import Kit
from ..template import Language
from ..template.constant import secret
from .contract import Signature, Signed

_KEY_ENCODINGS: Final[dict[str, Callable[[str], bytes]]] = {
    "utf-8": str.encode,
    "hex": bytes.fromhex,
    "base64": lambda key: b64decode(key, validate=True),
}


class Hmac(Signed):
    """HMAC (RFC 2104)."""

    kind: Literal["hmac"]
    algorithm: Literal["md5", "sha1", "sha256", "sha512"]
    key: str
    """A template: ``${secrets.acme_hmac}``."""
    key_encoding: Literal["utf-8", "hex", "base64"] = "utf-8"

    def build(self, _: Kit, language: Language) -> Signature:
        algorithm, key = self.algorithm, self._key(language)
        return self.signature(language, lambda signed: hmac.digest(key, signed, algorithm))

    def _key(self, language: Language) -> bytes:
        text = secret(self.key, language, "key")
        try:
            key = _KEY_ENCODINGS[self.key_encoding](text)
        except (ValueError, binascii.Error):
            key = b""
        if not key:
            # Outside the handler: the original error may quote the key.
            raise ConfigError(f"is no key in {self.key_encoding}", ("key",))
        return key
