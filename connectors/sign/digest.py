"""A hash that holds a secret among what it is made over."""

from __future__ import annotations

from typing import Literal

from ..keys import HashName, digest
from ..kit import Kit
from ..template import Language
from .contract import Signature, Signed


class Digest(Signed):
    """A plain hash. Weak as they are, MD5 and its like are what some bureaus ask for."""

    kind: Literal["digest"]
    algorithm: HashName

    def build(self, _: Kit, language: Language) -> Signature:
        algorithm = self.algorithm
        return self.signature(language, lambda signed: digest(algorithm, signed))
