"""
What hides a document from all but the bureau, and opens its answers.

To add a kind: write one module beside these, name its model below and in
`opened`, and give it a row in `tests/contract/test_seal.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .aes_cbc import AesCbc
from .aes_gcm import AesGcm
from .contract import Sealed, Sealer, Sealing
from .jwe import Jwe
from .rsa import Rsa
from .sealing import apart_names, compile_seals
from .sm4 import Sm4

__all__ = [
    "AesCbc",
    "AesGcm",
    "AnySeal",
    "Jwe",
    "Rsa",
    "SealList",
    "Sealed",
    "Sealer",
    "Sealing",
    "Sm4",
    "apart_names",
    "compile_seals",
]

AnySeal = Annotated[AesCbc | AesGcm | Sm4 | Rsa | Jwe, Field(discriminator="kind")]

SealList = tuple[AnySeal, ...]
"""What stands under ``seal:``, in the order in which it is done."""
