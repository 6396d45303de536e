"""A signature with our private SM2 key, over SM3."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..keys import SIGNER_ID, CurveFormat, sm2_private_key, written
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed

_SIZE = 32


class Sm2(Signed):
    """
    SM2 with SM3 (GB/T 32918.2), by the extra ``gm``.

    It holds the event loop for some 3 ms; see `Sm2PrivateKey`.
    """

    kind: Literal["sm2"]
    format: CurveFormat = "der"
    signer_id: str = Field(default=SIGNER_ID, min_length=1)
    key: str
    """A template of PEM, of a base64 of PKCS#8, or of 64 digits of hex."""

    def build(self, _: Kit, language: Language) -> Signature:
        key = sm2_private_key(self.key, language)
        signer, form = self.signer_id.encode(), self.format
        return self.signature(
            language, lambda signed: written(key.sign(signed, signer), form, _SIZE)
        )
