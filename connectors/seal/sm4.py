"""SM4, the block cipher of GB/T 32907."""

from __future__ import annotations

from typing import Literal, Self

from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from pydantic import model_validator

from ..keys import KeyEncoding
from ..template import Language
from .framing import Frame, Keyed, iv_frame
from .modes import Mode, Padding, cbc, ecb, gcm


class Sm4(Keyed):
    """SM4 under a key of sixteen bytes."""

    kind: Literal["sm4"]
    mode: Literal["cbc", "ecb", "gcm"] = "cbc"
    iv: str = "prefix"
    """As of `aes_cbc`; in mode gcm never fixed, in mode ecb there is none."""
    iv_encoding: KeyEncoding = "hex"
    """Of one that is fixed."""
    padding: Padding = "pkcs7"
    """In mode gcm there is none."""
    tag: Literal["appended", "apart"] = "appended"
    """In mode gcm: sixteen bytes, after the cipher text or in a field of their own."""

    @model_validator(mode="after")
    def _of_this_mode(self) -> Self:
        foreign = {
            "cbc": {"tag"},
            "ecb": {"tag", "iv", "iv_encoding"},
            "gcm": {"padding", "iv_encoding"},
        }
        if wrong := sorted(foreign[self.mode] & self.model_fields_set):
            raise ValueError(f"mode {self.mode} has no `{wrong[0]}`")
        if self.mode == "gcm" and self.iv not in {"prefix", "apart"}:
            raise ValueError("in mode gcm the iv is random: `prefix` or `apart`")
        return self

    @property
    def apart(self) -> tuple[str, ...]:
        return tuple(name for name in ("iv", "tag") if getattr(self, name) == "apart")

    def cipher(self, language: Language) -> Mode:
        algorithm = SM4(self.bytes_of_key(language, (16,)))
        if self.mode == "gcm":
            return gcm(algorithm)
        return (cbc if self.mode == "cbc" else ecb)(algorithm, self.padding)

    def frame(self, cipher: Mode, language: Language) -> Frame:
        if self.mode == "gcm":
            return Frame(iv_apart=self.iv == "apart", tag_apart=self.tag == "apart")
        return iv_frame(self.iv, self.iv_encoding, cipher, language)
