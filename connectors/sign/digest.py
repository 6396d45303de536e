"""A hash that holds a secret among what it is made over."""

from __future__ import annotations

import hashlib
from typing import Literal

from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Digest(Signed):
    """A plain hash. Weak as they are, MD5 and its like are what some bureaus ask for."""

    kind: Literal["digest"]
    algorithm: Literal["md5", "sha1", "sha256", "sha512"]

    def build(self, _: Kit, language: Language) -> Signature:
        algorithm = self.algorithm
        return self.signature(
            language,
            lambda signed: hashlib.new(algorithm, signed, usedforsecurity=False).digest(),
        )
