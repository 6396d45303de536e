"""A hash that holds a secret among what it is made over."""

from __future__ import annotations

from hmac import compare_digest
from typing import Literal, Self

from pydantic import model_validator

from ..keys import HashName, digest
from ..kit import Kit
from ..template import Language
from .contract import SignedParts, Verdict


class DigestProof(SignedParts):
    """A plain hash, compared in constant time; one without a secret would prove nothing."""

    kind: Literal["digest"]
    algorithm: HashName

    @model_validator(mode="after")
    def _secret(self) -> Self:
        if not any("${secrets." in part for part in self.parts or ()):
            raise ValueError("anybody can make a hash: one of its parts is a ${secrets.NAME}")
        return self

    def build(self, _: Kit, language: Language) -> Verdict:
        algorithm = self.algorithm
        return self.verdict(
            language, [lambda made, signed: compare_digest(made, digest(algorithm, signed))]
        )
