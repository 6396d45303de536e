"""AES in CBC mode, NIST SP 800-38A."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives.ciphers.algorithms import AES

from ..keys import KeyEncoding
from ..template import Language
from .framing import Frame, Keyed, iv_frame
from .modes import Mode, Padding, cbc


class AesCbc(Keyed):
    """AES-128, AES-192 or AES-256, by the length of its key."""

    kind: Literal["aes_cbc"]
    iv: str = "prefix"
    """Random and before the cipher text, random and in a field of its own (``apart``), or fixed."""
    iv_encoding: KeyEncoding = "hex"
    """Of one that is fixed."""
    padding: Padding = "pkcs7"

    @property
    def apart(self) -> tuple[str, ...]:
        return ("iv",) if self.iv == "apart" else ()

    def cipher(self, language: Language) -> Mode:
        return cbc(AES(self.bytes_of_key(language, (16, 24, 32))), self.padding)

    def frame(self, cipher: Mode, language: Language) -> Frame:
        return iv_frame(self.iv, self.iv_encoding, cipher, language)
