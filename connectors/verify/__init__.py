"""
What proves that a message is the bureau's and whole: an answer's signature, or a callback's.

To add a kind: write one module beside these, name its model below, and give it
a row in `tests/contract/test_verify.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .api_key import ApiKeyProof
from .contract import Message, Verdict
from .digest import DigestProof
from .ecdsa import EcdsaProof
from .hmac import HmacProof
from .jws import JwsProof
from .rsa import RsaProof
from .shared_path_secret import SharedPathSecret
from .sm2 import Sm2Proof

__all__ = [
    "AnyVerify",
    "ApiKeyProof",
    "DigestProof",
    "EcdsaProof",
    "HmacProof",
    "JwsProof",
    "Message",
    "RsaProof",
    "SharedPathSecret",
    "Sm2Proof",
    "Verdict",
]

AnyVerify = Annotated[
    ApiKeyProof
    | DigestProof
    | EcdsaProof
    | HmacProof
    | JwsProof
    | RsaProof
    | SharedPathSecret
    | Sm2Proof,
    Field(discriminator="kind"),
]
