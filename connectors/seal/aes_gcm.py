"""AES in Galois/Counter Mode, NIST SP 800-38D."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives.ciphers.algorithms import AES

from ..template import Language
from .framing import Frame, Keyed
from .modes import Mode, gcm


class AesGcm(Keyed):
    """
    AES-128, AES-192 or AES-256, by the length of its key, with a tag that proves it whole.

    Its iv is always random: a second message under the same one would give both away.
    """

    kind: Literal["aes_gcm"]
    iv: Literal["prefix", "apart"] = "prefix"
    """Twelve random bytes, before the cipher text or in a field of their own."""
    tag: Literal["appended", "apart"] = "appended"
    """Sixteen bytes, after the cipher text or in a field of their own."""

    @property
    def apart(self) -> tuple[str, ...]:
        return tuple(name for name in ("iv", "tag") if getattr(self, name) == "apart")

    def cipher(self, language: Language) -> Mode:
        return gcm(AES(self.bytes_of_key(language, (16, 24, 32))))

    def frame(self, _: Mode, __: Language) -> Frame:
        return Frame(iv_apart=self.iv == "apart", tag_apart=self.tag == "apart")
