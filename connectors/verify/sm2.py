"""A signature with the bureau's SM2 key, over SM3."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..keys import SIGNER_ID, CurveFormat, Sm2PublicKey, as_der, sm2_public_key
from ..kit import Kit
from ..template import Language
from .contract import Keyed, Proof, SignedParts, Verdict

_SIZE = 32


class Sm2Proof(SignedParts, Keyed):
    """SM2 with SM3 (GB/T 32918.2), by the extra ``gm``."""

    kind: Literal["sm2"]
    format: CurveFormat = "der"
    signer_id: str = Field(default=SIGNER_ID, min_length=1)

    def build(self, _: Kit, language: Language) -> Verdict:
        keys = self.each(lambda source: sm2_public_key(source, language))
        return self.verdict(language, [self._proof(key) for key in keys])

    def _proof(self, key: Sm2PublicKey) -> Proof:
        signer, form = self.signer_id.encode(), self.format

        def proof(signature: bytes, signed: bytes) -> bool:
            try:
                return key.verifies(as_der(signature, form, _SIZE), signed, signer)
            except ValueError:
                return False

        return proof
